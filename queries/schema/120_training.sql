-- Training status: one row per row of an export that was not rejected.
create table training (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    employee_id  varchar,
    name         varchar,
    email        varchar,
    course       varchar,
    course_code  varchar,
    status       varchar,
    status_code  varchar,
    started      date,
    completed    date,
    valid_to     date,
    result       double
);

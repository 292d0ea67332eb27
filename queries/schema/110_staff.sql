-- Staff list: one row per row of an export that was not rejected.
create table staff (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    employee_id     varchar,
    name            varchar,
    email           varchar,
    position        varchar,
    employment_form varchar,
    department      varchar,
    unit            varchar,
    employed_from   date,
    employed_to     date,
    on_leave        boolean,
    management      boolean
);

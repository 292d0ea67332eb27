-- Local instruction: one row per row of an export that was not rejected.
create table local_instruction (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    unit         varchar,
    requirement  varchar,
    status       varchar,
    status_code  varchar,
    confirmed    date,
    comment      varchar,
    version      varchar
);

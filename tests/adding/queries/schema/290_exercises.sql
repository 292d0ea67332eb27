-- Exercises of continuity plans: one row a row of an export that was not rejected.
create table exercises (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    plan_id      varchar,
    plan         varchar,
    unit         varchar,
    exercised    date,
    led_by       varchar
);

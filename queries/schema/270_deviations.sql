-- Deviations in tertial reports: one row per row of an export that was not rejected.
create table deviations (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    year         double,
    report       varchar,
    area         varchar,
    deviation    boolean,
    description  varchar,
    action       varchar,
    responsible  varchar,
    due          date
);

-- Processor agreements: one row per row of an export that was not rejected.
create table processors (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    agreement_id  varchar,
    supplier      varchar,
    service       varchar,
    unit          varchar,
    status        varchar,
    status_code   varchar,
    signed        date,
    valid_to      date,
    renews        boolean,
    instruction   boolean,
    subprocessors boolean,
    third_country boolean
);

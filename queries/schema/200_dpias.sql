-- Data protection impact assessments: one row per row of an export that was not rejected.
create table dpias (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    dpia_id       varchar,
    processing_id varchar,
    criteria      double,
    required      boolean,
    status        varchar,
    status_code   varchar,
    decided       date,
    next_review   date
);

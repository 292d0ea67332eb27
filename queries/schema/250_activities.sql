-- Plan and materiality and risk analysis: one row per row of an export that was not rejected.
create table activities (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    activity_id  varchar,
    activity     varchar,
    kind         varchar,
    kind_code    varchar,
    review_point double,
    mandatory    boolean,
    responsible  varchar,
    start        date,
    due          date,
    status       varchar,
    analysis     varchar
);

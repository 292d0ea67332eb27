-- Yearly report of the data protection officer: one row per row of an export that was not rejected.
create table dpo_recommendations (
    import_id      integer,
    sheet_number   smallint,
    sheet          varchar,
    row            integer,
    year           double,
    area           varchar,
    observation    varchar,
    recommendation varchar,
    priority       varchar,
    answer         varchar,
    responsible    varchar,
    status         varchar,
    due            date
);

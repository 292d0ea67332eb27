-- Risk analyses: one row per row of an export that was not rejected.
create table risk_analyses (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    risk_id      varchar,
    system       varchar,
    analysed     date,
    event        varchar,
    probability  double,
    consequence  double,
    risk_value   double,
    owner        varchar,
    treatment    varchar,
    action       varchar,
    responsible  varchar,
    due          date,
    status       varchar
);

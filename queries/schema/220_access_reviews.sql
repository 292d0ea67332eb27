-- Access reviews: one row per row of an export that was not rejected.
create table access_reviews (
    import_id         integer,
    sheet_number      smallint,
    sheet             varchar,
    row               integer,
    system            varchar,
    reviewed          date,
    accounts_before   double,
    accounts_reviewed double,
    accounts_removed  double,
    reviewed_by       varchar,
    signed            varchar
);

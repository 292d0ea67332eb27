-- Local routines and policies: one row per row of an export that was not rejected.
create table routines (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    routine      varchar,
    review_point double,
    adopted      date,
    next_review  date,
    owner        varchar
);

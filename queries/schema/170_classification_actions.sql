-- Classification action plan: one row per row of an export that was not rejected.
create table classification_actions (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    action_id    varchar,
    system       varchar,
    requirement  varchar,
    status       varchar,
    responsible  varchar,
    due          date,
    done         date
);

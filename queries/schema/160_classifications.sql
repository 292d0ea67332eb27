-- Classifications: one row per row of an export that was not rejected.
create table classifications (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    system          varchar,
    information     varchar,
    confidentiality tinyint,
    integrity       tinyint,
    availability    tinyint,
    classified      date,
    valid_to        date
);

-- Personal data breaches: one row per row of an export that was not rejected.
create table breaches (
    import_id           integer,
    sheet_number        smallint,
    sheet               varchar,
    row                 integer,
    breach_id           varchar,
    unit                varchar,
    type                varchar,
    aware               timestamp,
    notifiable          boolean,
    decided             date,
    notified            timestamp,
    imy_reference       varchar,
    delay_reason        varchar,
    not_notified_reason varchar,
    informed            varchar,
    affected            double
);

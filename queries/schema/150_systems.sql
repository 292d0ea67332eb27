-- System register: one row per row of an export that was not rejected.
create table systems (
    import_id               integer,
    sheet_number            smallint,
    sheet                   varchar,
    row                     integer,
    system                  varchar,
    system_id               varchar,
    unit                    varchar,
    department              varchar,
    object                  varchar,
    object_owner            varchar,
    object_leader           varchar,
    supplier                varchar,
    lifecycle               varchar,
    lifecycle_code          varchar,
    responsibility          varchar,
    responsibility_code     varchar,
    personal_data           boolean,
    criticality             varchar,
    classified_last_year    boolean,
    risk_analysed_last_year boolean
);

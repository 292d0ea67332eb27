-- --- Packs: review points of others than the product, each from a folder. A folder only offers; these rows count. ---

-- One row each time a version of a pack was installed; the highest edition of a pack counts. sha256: of the list of the
-- sums of its files.
create table packs (
    pack         varchar,
    sha256       varchar,
    edition      integer,
    installed_at timestamp,
    installed_by varchar
);

-- The files of a version of a pack, once.
create table pack_files (
    sha256  varchar,
    file    varchar,
    content varchar
);

-- One row each time a pack was switched on or off for an organisation from a day. On a day the highest edition of those
-- that have begun counts; a pack that nobody has switched is off.
create table pack_switches (
    organisation_id integer,
    pack            varchar,
    is_on           boolean,
    from_day        date,
    edition         integer,
    switched_at     timestamp,
    switched_by     varchar
);

-- One row a row of an export of a source that a pack declares: its values as text, in the order of its fields.
create table pack_rows (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    source       varchar,
    cells        varchar[]
);

-- What is written of items that are not met. It changes no outcome and no figure: the exports decide these.

-- One row each time a status or a note was written; the newest of an item counts. point, item: the ids of both, as the
-- item was called then. unit: the unit that it belonged to. status: sent, begun, waiting, disputed or reported; null
-- for none.
create table item_notes (
    organisation_id integer,
    point           varchar,
    item            varchar,
    unit            varchar,
    status          varchar,
    note            varchar,
    edition         integer,
    written_at      timestamp,
    written_by      varchar
);

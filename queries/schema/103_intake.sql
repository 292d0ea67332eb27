-- --- Exports that come by themselves, what was told of the state of things, and what units answer. ---

-- One row each time something happened to a file that came to the folder of an organisation; of a folder, a content and a
-- name the highest edition counts. state: held, loaded or refused. why: as JSON, the code of what holds it or why it was
-- refused, the message in English and its values. mark: what it was judged by, after which it is judged anew. imports:
-- their numbers, parted by spaces. The organisation is null if none is called as the folder.
create table intake_files (
    organisation_id integer,
    folder          varchar,
    file            varchar,
    sha256          varchar,
    bytes           bigint,
    state           varchar,
    source          varchar,
    extract_date    date,
    why             varchar,
    mark            varchar,
    imports         varchar,
    edition         integer,
    happened_at     timestamp,
    who             varchar
);

-- One row a digest, which the next one is compared with: its day, as it was known when it was made.
create table digests (
    organisation_id integer,
    as_of           date,
    edition         integer,
    made_at         timestamp,
    made_by         varchar
);

-- A note is the coordinator's own. message: what is said to the unit; answer: what the unit has written.
alter table item_notes add column message varchar;
alter table item_notes add column answer varchar;

-- One row each time a unit's list came back and was taken: whose, of which day, how many items it said something of.
create table unit_answers (
    organisation_id integer,
    unit            varchar,
    as_of           date,
    sha256          varchar,
    items           integer,
    edition         integer,
    taken_at        timestamp,
    taken_by        varchar
);

-- What a word in a column of an organisation's exports means, and whether the dates of a column begin with the month.

-- One row each time it was said; the highest edition of an organisation, source, field and text counts, in what is loaded
-- afterwards. said_of: the word, or the heading of a column of dates. meaning: the code of the word, or day or month; null
-- where it was taken back.
create table meanings (
    organisation_id integer,
    source          varchar,
    field           varchar,
    said_of         varchar,
    meaning         varchar,
    edition         integer,
    said_at         timestamp,
    said_by         varchar
);

-- What a newer version reads otherwise than the one that loaded an export: how many exports were read anew from their
-- stored cells, and how many of their rows have other values since.
alter table cleanings add column if not exists exports bigint;
alter table cleanings add column if not exists changed bigint;

-- What is arranged with those who deliver exports and answers. Rows are only ever added; the highest edition counts.

-- One row each time something was written. kind: delivered_by (what: the source), answer_by or return_to (what is
-- empty). organisation_id: null if it was written before the store had an organisation; it then holds for all of them.
-- text: empty where it was taken back; a day is written as YYYY-MM-DD.
create table arrangements (
    organisation_id integer,
    kind            varchar,
    what            varchar,
    text            varchar,
    edition         integer,
    written_at      timestamp,
    written_by      varchar
);

-- The record of purges: rows of persons that were removed by a decision, the second exception to the rule that rows are
-- only ever added. It holds no name.

-- One row per purge. kind: retention (exports before a day) or person (one person's rows). diary: the number of the
-- decision in the organisation's diary. rows: removed rows of exports; texts: texts that a mark has replaced.
create table purges (
    purged_at timestamp,
    kind      varchar,
    diary     varchar,
    before    date,
    rows      bigint,
    texts     bigint,
    purged_by varchar
);

-- One row per unit of a purged import that placed it in a department: the parts of other figures of its day are counted
-- as before.
create table purged_units (
    import_id  integer,
    unit       varchar,
    department varchar
);

-- One row per purged import. by_age: of a purge of exports before a day. whole: all its rows are gone, so no figure can
-- be counted from it any more.
create table purged_imports (
    import_id integer,
    purged_at timestamp,
    diary     varchar,
    by_age    boolean,
    whole     boolean,
    rows      bigint,
    texts     bigint
);

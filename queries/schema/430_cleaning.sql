-- The record of cleanings: a store of an earlier version is cleaned once of what is never stored, the one exception to the
-- rule that rows are only ever added.

-- One row per cleaning with a result. numbers: masked identity numbers; taken_out: removed rows of exports; read_anew:
-- remaining rows with a level that an earlier version had read differently.
create table cleanings (
    cleaned_at timestamp,
    numbers    bigint,
    taken_out  bigint,
    read_anew  bigint
);

-- One row each time a user confirmed having read about the cleanings until then.
create table cleanings_read (
    read_at timestamp,
    read_by varchar
);

-- One row each time a frozen review was resealed, because it or the rows it rests on were cleaned.
-- edition: of the frozen review. first_sha256: the seal that it was signed with, which its states keep.
create table seals (
    review_id    integer,
    version      integer,
    edition      integer,
    first_sha256 varchar,
    sha256       varchar,
    numbers      bigint,
    taken_out    bigint,
    sealed_at    timestamp
);

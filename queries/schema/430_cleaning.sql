-- What a cleaning has left: a store of an earlier version is cleaned once of what is never kept. It is the one exception
-- from the rule that rows are only ever added.

-- One row each time something was found. numbers: identity numbers that were masked; taken_out: rows of exports; read_anew:
-- rows that stay, of which a level is another than an earlier version had read.
create table cleanings (
    cleaned_at timestamp,
    numbers    bigint,
    taken_out  bigint,
    read_anew  bigint
);

-- One row each time somebody has said that they have read what was cleaned, up to then.
create table cleanings_read (
    read_at timestamp,
    read_by varchar
);

-- One row each time a frozen review was sealed anew: what was cleaned is in it, or in the rows that it rests on.
-- edition: of the frozen review. first_sha256: the seal that it was signed with, which stays in its states.
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

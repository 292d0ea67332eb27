-- The yearly reviews, their texts and their decisions. Rows are only ever added; the highest edition is the last.

-- One row each time a review was opened or another day was chosen for it.
create table reviews (
    review_id       integer,
    organisation_id integer,
    year            integer,
    as_of           date,
    edition         integer,
    chosen_at       timestamp,
    chosen_by       varchar
);

-- One row each time a review changed its state: draft, submitted or approved. A correction begins the next version as a
-- draft. why: what a correction corrects, or why it was sent back. figures_of: the version whose figures a correction
-- keeps; null where they are counted again. sha256: of the frozen review that was submitted or approved.
create table review_states (
    review_id  integer,
    version    integer,
    edition    integer,
    state      varchar,
    figures_of integer,
    sha256     varchar,
    why        varchar,
    changed_at timestamp,
    changed_by varchar
);

-- One row each time a text was written. kind: comment, public_comment or assessment of a point, chapter, or
-- judgement of the whole (what: sufficient or effect).
create table review_texts (
    review_id  integer,
    kind       varchar,
    what       varchar,
    text       varchar,
    edition    integer,
    written_at timestamp,
    written_by varchar
);

-- One row each time a review was submitted: all that its reports are made of, as JSON.
create table frozen_reviews (
    review_id integer,
    version   integer,
    edition   integer,
    content   varchar,
    sha256    varchar,
    frozen_at timestamp,
    frozen_by varchar
);

-- One row each time a decision was made or reworded. point: the id of the point that is its reason.
-- follow_up: T1, T2 or VB. withdrawn: removed again before the review was submitted.
create table decisions (
    decision_id integer,
    review_id   integer,
    number      integer,
    text        varchar,
    point       varchar,
    responsible varchar,
    due         date,
    resource    varchar,
    follow_up   varchar,
    withdrawn   boolean,
    edition     integer,
    written_at  timestamp,
    written_by  varchar
);

-- One row each time a decision was followed up. status: not_started, ongoing, done or cancelled.
create table follow_ups (
    decision_id integer,
    status      varchar,
    note        varchar,
    edition     integer,
    written_at  timestamp,
    written_by  varchar
);

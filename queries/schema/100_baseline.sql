-- The store as 0.11 left it, the first version with a tag: a store of an earlier one is upgraded by 0.11. Later
-- tables and columns are steps of their own, in files after this one.
--
-- Rows are only ever added, so what was known at any moment can always be read. No keys, checks or sequences: the same
-- statements must run where those do not exist, and the loader enforces the rules.

-- --- Imports

-- One row per name given to an organisation; the latest counts.
create table organisation_names (
    organisation_id integer,
    name            varchar,
    named_at        timestamp,
    named_by        varchar
);

-- One row per import: one source of one file for one organisation and extract date. Times are UTC.
create table imports (
    import_id        integer,
    organisation_id  integer,
    source           varchar,
    file             varchar,
    sha256           varchar,
    sheets           varchar,
    extract_date     date,
    extract_date_by  varchar,
    completes        boolean,
    imported_at      timestamp,
    imported_by      varchar,
    loaded           integer,
    rejected         integer,
    warnings         integer
);

-- One row per column of a sheet. field: null if it is not read into one. place: of the column (0 is A). heading_row:
-- the last row of its heading.
create table import_columns (
    import_id    integer,
    sheet        varchar,
    field        varchar,
    heading      varchar,
    sheet_number smallint,
    place        smallint,
    heading_row  integer
);

-- One row per value that caused its row to be rejected, or that was loaded as empty with a warning.
create table problems (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    column_number integer,
    "column"      varchar,
    value         varchar,
    reason        varchar,
    kind          varchar
);

-- One row per revoked import, which no longer counts from then on.
create table revocations (
    import_id  integer,
    revoked_at timestamp,
    revoked_by varchar,
    why        varchar
);

-- One row per action of a user. No reference to other rows: history outlives what it describes.
create table events (
    happened_at timestamp,
    who         varchar,
    action      varchar,
    what        varchar
);

-- One row per spreadsheet row of a sheet that was read, every cell as text, without the columns that are never stored.
create table import_rows (
    import_id    integer,
    sheet_number smallint,
    row          integer,
    cells        varchar[]
);

-- One row per fact noticed while a file was read, or stated by a user. fact: masked (identity numbers), cut (cells far
-- away), formula (without a value), dropped_column, error_cell, mapped (by hand), matched_by (the column of another
-- export by which its keys were matched), returned_to (the SHA-256 of the file that corrected rows belong to), mended
-- (a returned row, by its sheet and number in that file; number is 1 if it was loaded), read_anew (number: the import
-- whose cells were read), date1904 (the system of serial dates), either_first or month_first (the field whose dates
-- begin so).
create table import_facts (
    import_id    integer,
    sheet_number smallint,
    fact         varchar,
    what         varchar,
    row          integer,
    number       bigint
);

-- One row each time a mapping was created, changed or deleted; the latest for the same headings counts.
-- mapping: JSON; null where it was deleted.
create table mappings (
    mapping_id integer,
    headings   varchar[],
    source     varchar,
    mapping    varchar,
    made_at    timestamp,
    made_by    varchar
);

-- One row per change of a name from a day on. kind: organisation, department, unit or system.
-- follows: not entered but derived from others (A became B, and B became C), and removed with them.
create table aliases (
    alias_id   integer,
    kind       varchar,
    old_name   varchar,
    new_name   varchar,
    valid_from date,
    follows    boolean,
    made_at    timestamp,
    made_by    varchar
);

-- One row per removed alias, which no longer holds from then on.
create table alias_removals (
    alias_id   integer,
    removed_at timestamp,
    removed_by varchar
);

-- --- What was said of exports

-- One row each time it was said of a point; the highest edition of an organisation and point counts. point: its id.
-- courses: their names as the export has them; nobody: that nobody has begun the course. Neither where it was taken
-- back.
create table courses_said (
    organisation_id integer,
    point           varchar,
    courses         varchar[],
    nobody          boolean,
    edition         integer,
    said_at         timestamp,
    said_by         varchar
);

-- One row each time it was said; the highest edition of an organisation, source, field and text counts, in what is
-- loaded afterwards. said_of: the word, or the heading of a column of dates. meaning: the code of the word, or day or
-- month; null where it was taken back.
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

-- --- The yearly reviews. The highest edition is the last.

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

-- One row each time a review changed its state: draft, submitted or approved. A correction begins the next version as
-- a draft. why: what a correction corrects, or why it was sent back. figures_of: the version whose figures a
-- correction keeps; null where they are counted again. sha256: of the frozen review that was submitted or approved.
-- person, issuer: the pseudonym of who had logged in, and who said who they are. signer, signer_key: a keyed hash of
-- issuer and subject, and the id of its key in the register; it stays when the person is removed there, so that nobody
-- approves what they have submitted. All four are null where there was no login, so that the name was given by hand.
create table review_states (
    review_id  integer,
    version    integer,
    edition    integer,
    state      varchar,
    figures_of integer,
    sha256     varchar,
    why        varchar,
    changed_at timestamp,
    changed_by varchar,
    person     varchar,
    issuer     varchar,
    signer     varchar,
    signer_key varchar
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

-- --- What was removed: the exceptions to the rule that rows are only ever added

-- One row each time an upgrade to 0.11, or to a version before it, removed what is never kept, or read exports anew.
-- numbers: masked identity numbers; taken_out: removed rows of exports; read_anew: remaining rows with a level that
-- was read otherwise; blanked: cells that could be level 4. exports, changed: exports that were read anew by newer
-- rules, and how many of their rows have other values since.
create table cleanings (
    cleaned_at timestamp,
    numbers    bigint,
    taken_out  bigint,
    read_anew  bigint,
    blanked    bigint,
    exports    bigint,
    changed    bigint
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

-- One row per unit of a purged import that placed it in a department: the parts of other figures of its day are
-- counted as before.
create table purged_units (
    import_id  integer,
    unit       varchar,
    department varchar
);

-- One row per purged import. by_age: of a purge of exports before a day. whole: all its rows are gone, so no figure
-- can be counted from it any more.
create table purged_imports (
    import_id integer,
    purged_at timestamp,
    diary     varchar,
    by_age    boolean,
    whole     boolean,
    rows      bigint,
    texts     bigint
);

-- --- The sources: one row per row of an export that was not rejected

-- Staff list: one row per row of an export that was not rejected.
create table staff (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    employee_id     varchar,
    name            varchar,
    email           varchar,
    position        varchar,
    employment_form varchar,
    department      varchar,
    unit            varchar,
    employed_from   date,
    employed_to     date,
    on_leave        boolean,
    management      boolean
);

-- Training status: one row per row of an export that was not rejected.
create table training (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    employee_id  varchar,
    name         varchar,
    email        varchar,
    course       varchar,
    course_code  varchar,
    status       varchar,
    status_code  varchar,
    started      date,
    completed    date,
    valid_to     date,
    result       double
);

-- Incidents: one row per row of an export that was not rejected.
create table incidents (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    incident_id     varchar,
    title           varchar,
    category        varchar,
    occurred        timestamp,
    discovered      timestamp,
    reported        timestamp,
    unit            varchar,
    system          varchar,
    severity        varchar,
    personal_data   boolean,
    significant     boolean,
    cause           varchar,
    action          varchar,
    status          varchar,
    closed          date,
    early_warning   timestamp,
    notification    timestamp,
    progress_report timestamp,
    final_report    timestamp
);

-- Personal data breaches: one row per row of an export that was not rejected.
create table breaches (
    import_id           integer,
    sheet_number        smallint,
    sheet               varchar,
    row                 integer,
    breach_id           varchar,
    unit                varchar,
    type                varchar,
    aware               timestamp,
    notifiable          boolean,
    decided             date,
    notified            timestamp,
    imy_reference       varchar,
    delay_reason        varchar,
    not_notified_reason varchar,
    informed            varchar,
    affected            double
);

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

-- Classifications: one row per row of an export that was not rejected.
create table classifications (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    system          varchar,
    information     varchar,
    confidentiality tinyint,
    integrity       tinyint,
    availability    tinyint,
    classified      date,
    valid_to        date
);

-- Classification action plan: one row per row of an export that was not rejected.
create table classification_actions (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    action_id    varchar,
    system       varchar,
    requirement  varchar,
    status       varchar,
    responsible  varchar,
    due          date,
    done         date
);

-- Risk analyses: one row per row of an export that was not rejected.
create table risk_analyses (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    risk_id      varchar,
    system       varchar,
    analysed     date,
    event        varchar,
    probability  double,
    consequence  double,
    risk_value   double,
    owner        varchar,
    treatment    varchar,
    action       varchar,
    responsible  varchar,
    due          date,
    status       varchar
);

-- Record of processing: one row per row of an export that was not rejected.
create table processing (
    import_id       integer,
    sheet_number    smallint,
    sheet           varchar,
    row             integer,
    processing_id   varchar,
    name            varchar,
    status          varchar,
    status_code     varchar,
    unit            varchar,
    controller      varchar,
    dpo             varchar,
    purpose         varchar,
    data_subjects   varchar,
    data_categories varchar,
    recipients      varchar,
    third_country   boolean,
    countries       varchar,
    safeguards      varchar,
    retention       varchar,
    security        varchar,
    legal_basis     varchar,
    dpia_required   boolean,
    system          varchar,
    started         date,
    reviewed        date
);

-- Data protection impact assessments: one row per row of an export that was not rejected.
create table dpias (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    dpia_id       varchar,
    processing_id varchar,
    criteria      double,
    required      boolean,
    status        varchar,
    status_code   varchar,
    decided       date,
    next_review   date
);

-- Processor agreements: one row per row of an export that was not rejected.
create table processors (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    agreement_id  varchar,
    supplier      varchar,
    service       varchar,
    unit          varchar,
    status        varchar,
    status_code   varchar,
    signed        date,
    valid_to      date,
    renews        boolean,
    instruction   boolean,
    subprocessors boolean,
    third_country boolean
);

-- Access reviews: one row per row of an export that was not rejected.
create table access_reviews (
    import_id         integer,
    sheet_number      smallint,
    sheet             varchar,
    row               integer,
    system            varchar,
    reviewed          date,
    accounts_before   double,
    accounts_reviewed double,
    accounts_removed  double,
    reviewed_by       varchar,
    signed            varchar
);

-- Procurements: one row per row of an export that was not rejected.
create table procurements (
    import_id             integer,
    sheet_number          smallint,
    sheet                 varchar,
    row                   integer,
    reference             varchar,
    title                 varchar,
    unit                  varchar,
    form                  varchar,
    contract_date         date,
    announced             date,
    handles_information   boolean,
    classified            boolean,
    requirements          boolean,
    risk_analysed         boolean,
    processor_assessed    boolean,
    coordinator_consulted date
);

-- Local instruction: one row per row of an export that was not rejected.
create table local_instruction (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    unit         varchar,
    requirement  varchar,
    status       varchar,
    status_code  varchar,
    confirmed    date,
    comment      varchar,
    version      varchar
);

-- Plan and materiality and risk analysis: one row per row of an export that was not rejected.
create table activities (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    activity_id  varchar,
    activity     varchar,
    kind         varchar,
    kind_code    varchar,
    review_point double,
    mandatory    boolean,
    responsible  varchar,
    start        date,
    due          date,
    status       varchar,
    analysis     varchar
);

-- Yearly report of the data protection officer: one row per row of an export that was not rejected.
create table dpo_recommendations (
    import_id      integer,
    sheet_number   smallint,
    sheet          varchar,
    row            integer,
    year           double,
    area           varchar,
    observation    varchar,
    recommendation varchar,
    priority       varchar,
    answer         varchar,
    responsible    varchar,
    status         varchar,
    due            date
);

-- Deviations in tertial reports: one row per row of an export that was not rejected.
create table deviations (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    year         double,
    report       varchar,
    area         varchar,
    deviation    boolean,
    description  varchar,
    action       varchar,
    responsible  varchar,
    due          date
);

-- Local routines and policies: one row per row of an export that was not rejected.
create table routines (
    import_id    integer,
    sheet_number smallint,
    sheet        varchar,
    row          integer,
    routine      varchar,
    review_point double,
    adopted      date,
    next_review  date,
    owner        varchar
);

-- The moment (UTC) of the current turn, set by the store; an error outside of a turn.
create macro moment() as coalesce(getvariable('moment'), error('moment() outside of a turn')::timestamp);

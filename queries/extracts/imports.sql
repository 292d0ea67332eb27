-- what: Every import ever made, the newest first, revoked ones too, and which of them the day's figures rest on.
-- grain: one row per import
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   import_id (integer): its number
--   organisation (varchar): whose export it is
--   source (varchar): which source it is an export of
--   file (varchar): the name of the file
--   sheets (varchar): the sheets that were read
--   extract_date (date): the day on which the source produced it
--   extract_date_by (varchar): where that was found
--   completes (boolean): whether it completes the one before instead of replacing it
--   used (boolean): whether the figures of the day described rest on it
--   loaded (integer): rows that were loaded
--   rejected (integer): rows that were not
--   warnings (integer): values that were loaded as empty, and rows that do not count
--   imported_at (timestamp): when it was loaded, local time
--   imported_by (varchar): by whom
--   revoked_at (timestamp): when it was revoked, local time; empty where it was not
--   revoked_by (varchar): by whom
--   why (varchar): why
--   sha256 (varchar): the file's mark, by which the same file is recognised
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point that it is about; empty, since it is about none or several

with in_effect as (
    select import_id from imports_at(as_of := $as_of, known_at := $known_at)
)
select
    i.import_id,
    o.organisation,
    i.source,
    i.file,
    i.sheets,
    i.extract_date,
    i.extract_date_by,
    i.completes,
    i.import_id in (select import_id from in_effect) as used,
    i.loaded,
    i.rejected,
    i.warnings,
    date_trunc('second', (i.imported_at at time zone 'UTC') at time zone 'Europe/Stockholm') as imported_at,
    i.imported_by,
    date_trunc('second', (r.revoked_at at time zone 'UTC') at time zone 'Europe/Stockholm') as revoked_at,
    r.revoked_by,
    r.why,
    i.sha256,
    $as_of as as_of,
    null::varchar as point_id
from imports as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
left join revocations as r on r.import_id = i.import_id and r.revoked_at <= $known_at
where i.imported_at <= $known_at
order by i.import_id desc

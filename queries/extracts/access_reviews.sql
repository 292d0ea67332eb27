-- what: Every access review made by the day, with the accounts before it, reviewed and removed.
-- grain: one row per row of the export about a review: groups of accounts may have one each
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit of its system, or empty
--   system (varchar): the system whose accounts were reviewed
--   reviewed (date): the day of the review
--   accounts_before (double): accounts before it
--   accounts_reviewed (double): accounts reviewed
--   accounts_removed (double): accounts removed
--   reviewed_by (varchar): who reviewed them
--   signed (varchar): who signed it
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point that it is about
--   import_id (integer): the number of the import that it came from

select
    r.organisation,
    u.department,
    u.unit,
    r.system,
    r.reviewed,
    r.accounts_before,
    r.accounts_reviewed,
    r.accounts_removed,
    r.reviewed_by,
    r.signed,
    r.file,
    r.sheet,
    r.row,
    $as_of as as_of,
    'access' as point_id,
    r.import_id
from access_reviews_at(as_of := $as_of, known_at := $known_at) as r
left join system_units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = r.organisation and u.system_key = lower(r.system)
where r.reviewed <= $as_of
order by r.organisation collate sv, r.reviewed desc, lower(r.system) collate sv, r.import_id, r.row

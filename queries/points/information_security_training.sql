-- what: Who has a valid course in information security.
-- grain: one row a person employed on as_of
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   codes (varchar[]): whole course codes in lower case
--   names (varchar[]): how the course's name begins, in lower case
--   validity_months (integer): how long a pass is valid where the export does not say
--   grace_days (integer): how long a person may be employed before the course counts
-- columns:
--   organisation (varchar): whose item it is
--   unit (varchar): the unit that it belongs to, or null
--   item (varchar): its id
--   label (varchar): what a person calls it
--   outcome (varchar): met, unmet, unknown, pending or exempt
--   reason (varchar): why, as a code; null for most that are met
--   detail (varchar): what the reason names, or null
--   due (date): when the requirement falls due or lapses, or null
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that

select organisation, unit, item, label, outcome, reason, detail, due, file, sheet, row
from course_items(
    as_of := $as_of, known_at := $known_at, codes := $codes, names := $names,
    validity_months := $validity_months, grace_days := $grace_days
)

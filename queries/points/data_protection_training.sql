-- what: Who has a valid basic course in data protection.
-- grain: one row a person employed on as_of
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   codes (varchar[]): whole course codes in lower case
--   names (varchar[]): how the course's name begins, in lower case
--   validity_months (integer): how long a pass is valid where the export does not say
--   grace_days (integer): how long a person may be employed before the course counts
-- columns: columns.txt

select organisation, unit, item, label, outcome, reason, detail, due, false as lost, import_id, sheet, row
from course_items(
    as_of := $as_of, known_at := $known_at, wanted := 'data_protection_training', codes := $codes, names := $names,
    validity_months := $validity_months, grace_days := $grace_days
)

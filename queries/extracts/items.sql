-- what: What a review point, or every one, counts: each item with its outcome and the spreadsheet row behind it.
-- grain: one row per review point and item in its scope
-- parameters:
--   as_of (date): the day that is described
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or empty
--   unit (varchar): the unit that it belongs to, or empty
--   point (bigint): the number of the review point
--   id (varchar): its id
--   item (varchar): the id of the item
--   label (varchar): what a person calls it
--   outcome (varchar): met, unmet, unknown, pending or exempt
--   reason (varchar): why, as a code; empty for most that are met
--   detail (varchar): what the reason names, or empty
--   due (date): when the requirement falls due or lapses, or empty
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point
--   import_id (integer): the number of the import that it came from

select
    organisation, department, unit, point, id, item, label, outcome, reason, detail, due, file, sheet, row,
    $as_of as as_of, id as point_id, import_id
from point_items
order by organisation collate sv, point, department collate sv, unit collate sv, item collate sv

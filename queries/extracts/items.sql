-- what: What a review point, or every one, counts: each item with its outcome and the spreadsheet row behind it.
-- grain: one row per review point and item in its scope
-- parameters:
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or null
--   unit (varchar): the unit that it belongs to, or null
--   point (bigint): the number of the review point
--   id (varchar): its id
--   item (varchar): the id of the item
--   label (varchar): what a person calls it
--   outcome (varchar): met, unmet, unknown, pending or exempt
--   reason (varchar): why, as a code; null for most that are met
--   detail (varchar): what the reason names, or null
--   due (date): when the requirement falls due or lapses, or null
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that

select organisation, department, unit, point, id, item, label, outcome, reason, detail, due, file, sheet, row
from point_items
order by organisation collate sv, point, department collate sv, unit collate sv, item collate sv

-- what: Every risk of the analyses made by the day, older analyses of a system too, and what its export tells.
-- grain: one row per risk of an analysis
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit of its system, or empty
--   system (varchar): what was analysed
--   risk_id (varchar): its id in the export, which need not be its own
--   event (varchar): what could happen
--   analysed (date): the day of the analysis
--   latest (boolean): whether that is the latest analysis of its system
--   probability (double): how probable it is
--   consequence (double): how severe it would be
--   risk_value (double): the risk value
--   owner (varchar): who owns it
--   treatment (varchar): how it is treated
--   action (varchar): what is to be done, or empty
--   action_told (boolean): whether its export has a column for that
--   responsible (varchar): who does it
--   due (date): by when, or empty
--   due_told (boolean): whether its export has a column for that
--   status (varchar): the status, as the export has it
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
    r.risk_id,
    r.event,
    r.analysed,
    r.latest,
    r.probability,
    r.consequence,
    r.risk_value,
    r.owner,
    r.treatment,
    r.action,
    r.action_told,
    r.responsible,
    r.due,
    r.due_told,
    r.status,
    r.file,
    r.sheet,
    r.row,
    $as_of as as_of,
    'risk_analysis' as point_id,
    r.import_id
from risks_at(as_of := $as_of, known_at := $known_at) as r
left join system_units_at(as_of := $as_of, known_at := $known_at) as u using (organisation, system_key)
order by r.organisation collate sv, r.system_key collate sv, r.analysed desc, r.risk_value desc nulls last, r.import_id, r.row

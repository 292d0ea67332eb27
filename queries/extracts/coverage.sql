-- what: Coverage of every review point, for organisations, departments and units.
-- grain: one row per point and organisation, and per point and department or unit with items
-- parameters:
-- columns:
--   as_of (date): the day that is described
--   point (bigint): the number of the review point
--   id (varchar): its id
--   level (varchar): organisation, department, unit, or other_units: those of few persons added up
--   organisation (varchar): whose figure it is
--   department (varchar): the department, or empty where the row is an organisation's or the unit has none
--   unit (varchar): the unit, or empty where the row is not a unit's
--   met (bigint): items that fulfil the requirement
--   unmet (bigint): items that do not
--   unknown (bigint): items of which the export does not say
--   pending (bigint): items whose time limit has not run out; not in the denominator
--   exempt (bigint): items out of scope for a stated reason; not in the denominator
--   coverage (double): met of met, unmet and unknown; empty without basis or anything to assess
--   of_answered (double): met of met and unmet
--   target (double): from which coverage the status is green
--   warning_limit (double): from which coverage it is yellow
--   status (varchar): green, yellow, red, no_basis or nothing_to_assess
--   basis (boolean): whether every export that the point needs is there, and has its course
--   point_id (varchar): the id of the review point
--   purged_on (date): the day on which the rows were purged; empty where they were not

select
    as_of, point, id, level, organisation, department, unit, met, unmet, unknown, pending, exempt,
    coverage, of_answered, target, warning_limit, status, basis, id as point_id, purged_on
from counted
order by
    organisation collate sv,
    point,
    list_position(['organisation', 'department', 'unit', 'other_units'], level),
    department collate sv,
    unit collate sv

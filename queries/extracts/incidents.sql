-- what: Every incident of the latest export that was discovered by the day, and how its handling is judged.
-- grain: one row per incident
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or empty
--   unit (varchar): the unit that it belongs to, or empty
--   incident_id (varchar): its id
--   title (varchar): what it is called
--   category (varchar): what kind it is
--   severity (varchar): how severe it is
--   system (varchar): the system that it concerns
--   occurred (timestamp): when it happened, local time
--   discovered (timestamp): when it was discovered, local time
--   reported (timestamp): when it was reported, local time
--   closed (date): the day it was closed
--   days_open (bigint): days from discovery until it was closed, or until the day described; empty if its export does not say
--   status (varchar): the status in words, as the export has it
--   personal_data (boolean): whether it is a personal data breach
--   significant (boolean): whether it is significant under the law
--   cause (varchar): the cause
--   action (varchar): what was done
--   early_warning (timestamp): when the early warning was sent, local time
--   notification (timestamp): when the notification was sent, local time
--   progress_report (timestamp): when a progress report was sent, local time
--   final_report (timestamp): when the final report was sent, local time
--   outcome (varchar): its outcome in point 11; empty for earlier years
--   reason (varchar): why, as a code
--   due (date): when it must be closed to be in time; empty for earlier years
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point whose outcome it is
--   import_id (integer): the number of the import that it came from

with known as (
    select * replace (renamed('unit', unit, $as_of, $known_at) as unit)
    from discovered_at(as_of := $as_of, known_at := $known_at)
)
select
    k.organisation,
    u.department,
    coalesce(u.unit, k.unit) as unit,
    k.incident_id,
    k.title,
    k.category,
    k.severity,
    renamed('system', k.system, $as_of, $known_at) as system,
    k.occurred,
    k.discovered,
    k.reported,
    k.closed,
    case when k.closed_told then least(k.closed, $as_of) - k.discovered_on end as days_open,
    k.status,
    k.personal_data,
    k.significant,
    k.cause,
    k.action,
    k.early_warning,
    k.notification,
    k.progress_report,
    k.final_report,
    i.outcome,
    i.reason,
    i.due,
    k.file,
    k.sheet,
    k.row,
    $as_of as as_of,
    'incident_handling' as point_id,
    k.import_id
from known as k
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = k.organisation and u.unit_key = lower(k.unit)
-- merged organisations may have files of the same name with the same ids
left join incident_handling_items as i
    on i.import_id = k.import_id and i.sheet is not distinct from k.sheet and i.row = k.row
order by k.organisation collate sv, k.discovered desc, k.incident_id collate sv

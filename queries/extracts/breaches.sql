-- what: Every personal data breach of the latest export known of by the day, with the hours to its notification.
-- grain: one row per personal data breach
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   gdpr_reporting_limit_hours (integer): within how many elapsed hours a breach is notified
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or empty
--   unit (varchar): the unit that it belongs to, or empty
--   breach_id (varchar): its id
--   type (varchar): what kind it is
--   aware (timestamp): when the organisation became aware of it, local time
--   notifiable (boolean): whether it must be notified
--   decided (date): the day that was decided
--   notified (timestamp): when it was notified to the authority, local time
--   hours (double): elapsed hours between the two, the clock change counted; empty where either has no time of day
--   limit_hours (bigint): within how many hours it must be notified
--   outcome (varchar): its outcome in point 12; empty for earlier years
--   reason (varchar): why, as a code
--   due (date): the local day on which its time limit runs out; empty for earlier years
--   imy_reference (varchar): the authority's reference
--   delay_reason (varchar): why it was late
--   not_notified_reason (varchar): why it was not notified
--   informed (varchar): whether and how the data subjects were informed
--   affected (double): how many data subjects it affected
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point whose outcome it is
--   import_id (integer): the number of the import that it came from

with known as (
    select * replace (renamed('unit', unit, $as_of, $known_at) as unit)
    from aware_at(as_of := $as_of, known_at := $known_at)
)
select
    k.organisation,
    u.department,
    coalesce(u.unit, k.unit) as unit,
    k.breach_id,
    k.type,
    k.aware,
    k.notifiable,
    k.decided,
    k.notified,
    timed_hours(k.aware, k.notified) as hours,
    cast($gdpr_reporting_limit_hours as bigint) as limit_hours,
    i.outcome,
    i.reason,
    i.due,
    k.imy_reference,
    k.delay_reason,
    k.not_notified_reason,
    k.informed,
    k.affected,
    k.file,
    k.sheet,
    k.row,
    $as_of as as_of,
    'gdpr_reporting' as point_id,
    k.import_id
from known as k
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = k.organisation and u.unit_key = lower(k.unit)
-- merged organisations may have files of the same name with the same ids
left join gdpr_reporting_items as i
    on i.import_id = k.import_id and i.sheet is not distinct from k.sheet and i.row = k.row
order by k.organisation collate sv, k.aware desc, k.breach_id collate sv

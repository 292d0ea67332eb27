-- what: Which reports of this year's significant incidents were sent in time.
-- grain: one row a significant incident of the year and stage; one row an incident that nobody has assessed
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   stages (struct(valid_from date, valid_to date, stage varchar, limit_hours integer, limit_months integer)[]): what the law in force on the day of discovery requires
-- columns: columns.txt

with judged as (
    select
        *,
        judge([unmet('not_sent', rests_on := [stage])], columns) as unsent,
        case
            when sent_before(discovered, sent) then unknown('dates_contradict')
            when stage = 'final_report' and sent is not null
                then case when cast(sent as date) > last_day then unmet('late') else met() end
            when stage = 'final_report'
                then case when $as_of > last_day then unsent else pending('not_due') end
            when sent_in_time(discovered, sent, limit_hours) then met()
            when not sent_in_time(discovered, sent, limit_hours) then unmet('late')
            when sent is not null then unknown('time_missing')
            when still_time(discovered, limit_hours, $as_of) then pending('not_due')
            else unsent
        end as judgement,
        case when stage = 'final_report' then last_day else deadline_day(discovered, limit_hours) end as due
    from incident_reports_at(as_of := $as_of, known_at := $known_at, stages := $stages)
    where this_year
),
unassessed as (
    select *
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year and significant is null
        and judge([unknown('not_assessed', rests_on := ['significant'])], columns).reason = 'not_assessed'
)
select
    organisation,
    unit,
    incident_id || '/' || stage as item,
    coalesce(title, incident_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due,
    judgement.reason in ('late', 'not_sent') as lost,
    import_id,
    sheet,
    row
from judged
union all
select
    organisation,
    unit,
    incident_id,
    coalesce(title, incident_id),
    'unknown',
    'not_assessed',
    cast(null as varchar),
    cast(null as date),
    false,
    import_id,
    sheet,
    row
from unassessed

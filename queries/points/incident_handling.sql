-- what: Which of this year's incidents were closed in time and documented.
-- grain: one row an incident of the year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   limit_days (integer): within how many days an incident is closed
-- columns: columns.txt

with judged as (
    select
        *,
        [if(cause is null, 'cause', null), if(action is null, 'action', null)] as empty,
        case
            when closed_on < discovered_on then unknown('dates_contradict')
            when closed_on - discovered_on > $limit_days then unmet('late')
            when closed_on is not null then judge([unmet('undocumented', empty := empty)], columns)
            when $as_of - discovered_on <= $limit_days then pending('not_due')
            else judge([unmet('open_too_long', rests_on := [if(closed is null, 'closed', null)])], columns)
        end as judgement
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
)
select
    organisation,
    unit,
    incident_id as item,
    coalesce(title, incident_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(discovered_on + $limit_days as date) as due,
    judgement.reason in ('late', 'open_too_long') as lost,
    import_id,
    sheet,
    row
from judged

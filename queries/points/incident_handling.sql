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
        case
            when closed_on < discovered_on then 'unknown:dates_contradict'
            when closed_on - discovered_on > $limit_days then 'unmet:late'
            when closed_on is not null and (cause is null or action is null) then 'unmet:undocumented'
            when closed_on is not null then 'met:'
            when $as_of - discovered_on > $limit_days then 'unmet:open_too_long'
            else 'pending:not_due'
        end as judgement
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
)
select
    organisation,
    unit,
    incident_id as item,
    coalesce(title, incident_id) as label,
    split_part(judgement, ':', 1) as outcome,
    nullif(split_part(judgement, ':', 2), '') as reason,
    case
        when judgement = 'unmet:undocumented' then concat_ws(
            ', ', case when cause is null then 'cause' end, case when action is null then 'action' end
        )
    end as detail,
    cast(discovered_on + $limit_days as date) as due,
    file,
    sheet,
    row
from judged

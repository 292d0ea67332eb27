-- what: Which of this year's incidents were closed in time and documented.
-- grain: one row an incident of the year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   limit_days (integer): within how many days an incident is closed
-- columns: columns.txt

with listed as (
    select *, [case when cause is null then 'cause' end, case when action is null then 'action' end] as empty
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
),
checked as (
    select
        *,
        with_column(empty, columns_read, sheet_number) as missing,
        without_column(empty, columns_read, sheet_number) as lacking
    from listed
),
judged as (
    select
        *,
        case
            when closed_on < discovered_on then unknown('dates_contradict')
            when closed_on - discovered_on > $limit_days then unmet('late')
            when closed_on is not null and missing is not null then unmet('undocumented', missing)
            when closed_on is not null and lacking is not null then unknown('column_missing', lacking)
            when closed_on is not null then met()
            when $as_of - discovered_on > $limit_days and closed is null and lacks(columns_read, sheet_number, 'closed')
                then unknown('column_missing', 'closed')
            when $as_of - discovered_on > $limit_days then unmet('open_too_long')
            else pending('not_due')
        end as judgement
    from checked
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

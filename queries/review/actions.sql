-- The follow-up list of a year: actions of classification plans, recommendations of the latest report of the data
-- protection officer, and deviations in the reports of the year and the year before. One row per action, with its state
-- on a day, and whether a column tells when one that is open is due. An action of a classification plan belongs to the
-- unit of its system, the others to no unit.
with classified as (
    select
        'classification' as source,
        concat_ws('/', 'classification', lower(action_id)) as key,
        system as subject,
        requirement as text,
        null as report,
        due,
        done,
        responsible,
        state,
        due_told,
        department,
        unit
    from planned_actions_at(as_of := $as_of, known_at := $known_at)
    left join system_units_at(as_of := $as_of, known_at := $known_at) using (organisation, system_key)
    where organisation = $organisation
),
recommendations as (
    select *, lower(trim(status)) as word
    from dpo_recommendations_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation and year in ($year, $year - 1)
    qualify year = max(year) over ()
),
recommended as (
    select
        'recommendation' as source,
        concat_ws('/', 'recommendation', year::integer, lower(area), lower(recommendation)) as key,
        area as subject,
        recommendation as text,
        year::integer::varchar as report,
        due,
        null::date as done,
        responsible,
        case
            when not told(word, 'status', columns) then 'untold'
            else progress_said(word, $done, $cancelled, due, $as_of)
        end as state,
        told(due, 'due', columns) as due_told,
        null as department,
        null as unit
    from recommendations
),
reported as (
    select *, year * 100 + list_position($reports, lower(trim(report))) as place, lower(trim(area)) as about
    from deviations_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
),
deviated as (
    select
        'deviation' as source,
        concat_ws('/', 'deviation', d.year::integer, lower(trim(d.report)), d.about, lower(d.action)) as key,
        coalesce(d.area, d.description) as subject,
        d.action as text,
        concat_ws(' ', d.report, d.year::integer) as report,
        d.due,
        null::date as done,
        d.responsible,
        -- the export has no status: a later report without a deviation in the same area closes it
        progress(
            case
                when exists (
                    select 1 from reported as later
                    where later.about = d.about and later.place > d.place and not later.deviation
                ) then 'done'
            end,
            d.due,
            $as_of
        ) as state,
        told(d.due, 'due', d.columns) as due_told,
        null as department,
        null as unit
    from reported as d
    where d.deviation and trim(d.action) <> '' and d.year between $year - 1 and $year
),
actions as (
    select * from classified
    union all
    select * from recommended
    union all
    select * from deviated
)
select
    source,
    key,
    subject,
    text,
    report,
    due_of(due) as due,
    done,
    responsible,
    state,
    state <> 'open' or due_told as due_told,
    $organisation as organisation,
    department,
    unit
from actions
order by
    source,
    list_position(['late', 'open', 'untold', 'done', 'cancelled'], state),
    case when state = 'done' then done end desc nulls last,
    due nulls last,
    subject collate sv,
    key

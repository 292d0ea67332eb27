-- what: The actions after classifications, recommendations of the data protection officer and deviations, with their state.
-- grain: one row per action
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point that it is about; empty where it is not about a classification
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit of its system, or empty
--   source (varchar): what it comes from
--   action_id (varchar): its id: the same action has the same from one extract to the next
--   system (varchar): the system that is to be changed, or empty
--   area (varchar): the area that the report is about, or empty
--   action (varchar): what is to be done
--   report (varchar): the report that it comes from, or empty
--   due (date): by when, or empty
--   done (date): the day that it was done, or empty
--   responsible (varchar): who does it
--   state (varchar): how far it has come
--   days_overdue (bigint): how many days ago it was due; empty where it is not overdue
--   opened (date): the day of the first export that has it

with written as (
    select import_id, concat_ws('/', 'classification', lower(action_id)) as key
    from classification_actions
    union all
    select import_id, concat_ws('/', 'recommendation', year::integer, lower(area), lower(recommendation))
    from dpo_recommendations
    union all
    select import_id, concat_ws('/', 'deviation', year::integer, lower(trim(report)), lower(trim(area)), lower(action))
    from deviations
),
first_written as (
    select o.organisation, w.key, min(i.extract_date) as opened
    from written as w
    inner join live_imports(known_at := $known_at) as i using (import_id)
    inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
    group by all
)
select
    $as_of as as_of,
    organisation,
    case when source = 'classification' then 'classification' end as point_id,
    department,
    unit,
    source,
    key as action_id,
    case when source = 'classification' then subject end as system,
    case when source <> 'classification' then subject end as area,
    text as action,
    report,
    due,
    done,
    responsible,
    state,
    case when state = 'late' then $as_of - due end as days_overdue,
    opened
from actions_left
left join first_written using (organisation, key)
order by organisation collate sv, source, due nulls last, action_id collate sv, action collate sv

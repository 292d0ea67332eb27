-- what: Which systems have a valid classification whose action plan is taken care of.
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   validity_months (integer): how long a classification is valid
-- columns: columns.txt

with systems as (
    select * from systems_in_use_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select
        organisation,
        lower(system) as system_key,
        bool_and(
            months_after(classified, $validity_months) >= $as_of and (valid_to is null or valid_to >= $as_of)
        ) as valid,
        min(least(months_after(classified, $validity_months), coalesce(valid_to, date '9999-12-31'))) as valid_until
    from latest_classifications_at(as_of := $as_of, known_at := $known_at)
    group by all
),
overdue as (
    select
        organisation,
        system_key,
        min(due) filter (where state = 'late') as since,
        string_agg(coalesce(requirement, action_id), ', ' order by due, lower(action_id)) filter (
            where state = 'late'
        ) as actions
    from planned_actions_at(as_of := $as_of, known_at := $known_at)
    -- without a column for the day it was done, an action that was due may be late
    where state not in ('open', 'done') and due < $as_of
    group by all
),
exports as (
    select distinct organisation
    from chosen_imports('classifications', as_of := $as_of, known_at := $known_at)
),
judged as (
    select
        s.*,
        l.valid_until,
        o.since,
        case
            when s.responsibility_code = 'central' then exempt('central')
            when l.valid and o.actions is not null then unmet('action_overdue', o.actions)
            when l.valid and o.system_key is not null then undecided(['done'])
            when l.valid then met()
            when l.valid_until is not null then unmet('outdated')
            when s.classified_last_year then met('register_says_yes')
            when s.classified_last_year = false then unmet('not_classified')
            when e.organisation is not null then unmet('not_classified')
            else judge([unknown('no_information', rests_on := ['classified_last_year'])], s.columns)
        end as judgement
    from systems as s
    left join latest as l using (organisation, system_key)
    left join overdue as o using (organisation, system_key)
    left join exports as e using (organisation)
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    case when judgement.reason = 'action_overdue' then since else due_of(valid_until) end as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- What tells in the exports of a day who a person is, in every column that is declared to: what a hand-out must not hold.
with persons as (
    select organisation, unnest([name, employee_id, email]) as name
    from staff_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([name, employee_id, email]) as name
    from training_at(as_of := $as_of, known_at := $known_at)
),
-- here may also stand a role; several persons stand with a comma or a word between
responsible as (
    select organisation, unnest([object_owner, object_leader]) as name
    from systems_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([responsible]) as name
    from classification_actions_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([owner, responsible]) as name
    from risk_analyses_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([dpo]) as name
    from processing_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([reviewed_by, signed]) as name
    from access_reviews_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([responsible]) as name
    from activities_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([responsible]) as name
    from dpo_recommendations_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([responsible]) as name
    from deviations_at(as_of := $as_of, known_at := $known_at)
    union all
    select organisation, unnest([owner]) as name
    from routines_at(as_of := $as_of, known_at := $known_at)
),
each as (
    select organisation, trim(unnest(string_split_regex(name, '[,;/&()]| och | and ') || [name])) as name
    from responsible
),
named as (
    select organisation, name from persons where length(name) > 3
    union all
    -- a word alone is a role, or half of a name
    select organisation, name from each where name like '% %'
)
select distinct name
from named
where organisation = $organisation
order by name collate sv, name

-- What tells in the exports of a day who a person is, in every column that is declared to: what a hand-out must not hold.
with persons as (
    -- for each person, union all
    select organisation, unnest([{names}]) as name from {source}_at(as_of := $as_of, known_at := $known_at)
    -- end
),
-- here may also stand a role; several persons stand with a comma or a word between
responsible as (
    -- for each responsible, union all
    select organisation, unnest([{names}]) as name from {source}_at(as_of := $as_of, known_at := $known_at)
    -- end
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

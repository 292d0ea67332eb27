-- The names of persons in the exports of a day, from every column declared to hold them: a hand-out must not contain
-- them.
with persons as (
    -- for each person, union all
    select organisation, unnest([{names}]) as name from {source}_at(as_of := $as_of, known_at := $known_at)
    -- end
),
-- may also hold a role, or several persons separated by a comma or a word
responsible_texts as (
    -- for each responsible, union all
    select organisation, unnest([{names}]) as name from {source}_at(as_of := $as_of, known_at := $known_at)
    -- end
),
responsible_names as (
    select organisation, trim(unnest(string_split_regex(name, '[,;/&()]| och | and ') || [name])) as name
    from responsible_texts
),
named as (
    select organisation, name from persons where length(name) > 3
    union all
    -- a single word is a role or half a name
    select organisation, name from responsible_names where name like '% %'
)
select distinct name
from named
where organisation = $organisation
order by name collate sv, name

-- Names that the staff list (for systems: the register) does not have. Each is paired with the most similar name that
-- it has, or with the unit that now has most of those who were in it when the staff list last had it.
-- Numbers in both names must be equal. Accents do not count, nor do common words: those given, and those that many of
-- the existing names share.
with named as (
    select
        *,
        source = case kind when 'system' then 'systems' else 'staff' end as is_known,
        string_split(trim(regexp_replace(strip_accents(lower(name)), '[^\p{L}\p{N}]+', ' ', 'g')), ' ') as words
    from names_at(as_of := $as_of, known_at := $known_at)
    where kind <> 'organisation'
),
shared as (
    select kind, word
    from (
        select kind, unnest(list_distinct(words)) as word
        from named
        where is_known
    )
    group by kind, word
    having count(*) >= $many
),
common as (
    select kind, list(word) as common_words
    from shared
    group by kind
),
folded as (
    select
        n.* exclude (words),
        list_filter(
            n.words,
            lambda word: not list_contains($common_words, word)
                and not coalesce(list_contains(c.common_words, word), false)
        ) as significant_words,
        array_to_string(if(len(significant_words) = 0, n.words, significant_words), ' ') as comparable,
        regexp_extract_all(n.name, '[0-9]+') as numbers
    from named as n
    left join common as c using (kind)
),
existing as (
    select kind, organisation, name, comparable, numbers
    from folded
    where is_known
),
unmatched as (
    select
        kind,
        organisation,
        lower(name) as name_key,
        min(name) as name,
        comparable,
        numbers,
        list(source order by source) as sources,
        sum(naming) as naming
    from folded as f
    where not exists (
            select 1
            from existing as k
            where k.kind = f.kind and k.organisation = f.organisation and lower(k.name) = lower(f.name)
        )
        and not exists (
            select 1
            from live_aliases(known_at := $known_at) as a
            where a.kind = f.kind and lower(a.old_name) = lower(f.name)
        )
    group by all
),
former_units as (
    -- the persons of a unit in the last staff list that had the unit
    select distinct o.organisation, lower(t.unit) as name_key, lower(t.employee_id) as person
    from staff as t
    inner join live_imports(known_at := $known_at) as i using (import_id)
    inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
    where i.extract_date <= $as_of
    qualify i.extract_date = max(i.extract_date) over (partition by o.organisation, lower(t.unit))
),
successors as (
    -- the share of them in each current unit
    select
        o.organisation,
        o.name_key,
        lower(renamed('unit', n.unit, $as_of, $known_at)) as new_key,
        count(distinct o.person) / any_value(o.persons) as share
    from (select *, count(*) over (partition by organisation, name_key) as persons from former_units) as o
    inner join staff_at(as_of := $as_of, known_at := $known_at) as n
        on n.organisation = o.organisation and lower(n.employee_id) = o.person
    where o.persons >= $persons
    group by o.organisation, o.name_key, new_key
    having share >= $least_moved
),
alike as (
    select s.*, k.name as new_name, jaro_winkler_similarity(s.comparable, k.comparable) as score
    from unmatched as s
    inner join existing as k using (kind, organisation)
    where jaro_winkler_similarity(s.comparable, k.comparable) >= $least
        and (s.numbers = k.numbers or len(s.numbers) = 0 or len(k.numbers) = 0)
    union all
    select s.*, k.name, m.share
    from unmatched as s
    inner join successors as m using (organisation, name_key)
    inner join existing as k on k.kind = s.kind and k.organisation = s.organisation and lower(k.name) = m.new_key
    where s.kind = 'unit'
),
pairs as (
    select *
    from alike
    qualify row_number() over (partition by kind, organisation, name_key order by score desc, lower(new_name) collate sv) = 1
),
first_listed as (
    -- the day on which the staff list, or the register, first had the name
    select 'unit' as kind, lower(t.unit) as name_key, min(i.extract_date) as since
    from staff as t
    inner join live_imports(known_at := $known_at) as i using (import_id)
    group by all
    union all
    select 'department', lower(t.department), min(i.extract_date)
    from staff as t
    inner join live_imports(known_at := $known_at) as i using (import_id)
    group by all
    union all
    select 'system', lower(t.system), min(i.extract_date)
    from systems as t
    inner join live_imports(known_at := $known_at) as i using (import_id)
    group by all
)
select
    p.kind,
    min(p.name) as old_name,
    p.new_name,
    max(p.score) as score,
    list_sort(list_distinct(flatten(list(p.sources)))) as sources,
    cast(sum(p.naming) as bigint) as naming,
    least(coalesce(min(l.since), $as_of), $as_of) as since
from pairs as p
left join first_listed as l on l.kind = p.kind and l.name_key = lower(p.new_name)
group by p.kind, p.name_key, p.new_name
order by p.kind, naming desc, score desc, p.name_key collate sv, lower(p.new_name) collate sv

-- The names of persons in the exports of all days and organisations: texts of today name those who have left, and
-- whoever may choose another day must not choose one before the lists of names.
with responsible_names as (
    select trim(unnest(string_split_regex(name, '[,;/&()]| och | and ') || [name])) as name
    from (select distinct name from responsible_written())
),
named as (
    select name from persons_written() where length(name) > 3
    union all
    -- a single word is a role or half a name
    select name from responsible_names where name like '% %'
)
select distinct name
from named
order by name collate sv, name

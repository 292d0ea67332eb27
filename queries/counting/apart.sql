-- What a statement of a pack reads, fetched from the store, and laid where it runs, apart.
-- section: imports
-- The pinned imports of some sources, with the columns of their sheets.
select p.* exclude (sheets), c.sheets
from pinned_imports as p
left join columns_of_imports() as c using (import_id)
where list_contains($sources, source) and list_contains($days, day)

-- section: rows
select * from {source} where list_contains($imports, import_id)

-- section: names
select names from pinned_names

-- section: pin
-- The imports of one point: those of its own sources, where it is counted. Where no column is missing that it asks for,
-- what it says of an item is planned without looking for them.
create or replace temp table pinned_imports as
select i.* replace (if($columns, i.sheets, null) as sheets)
from fed_imports as i
inner join (select unnest($days) as day, unnest($organisations) as organisation) using (day, organisation)
where list_contains($sources, i.source)

-- section: answer
create or replace temp table answer as
select {columns}
from (
    select {day}.as_of as as_of, item.*
    from (select unnest($days) as as_of) as {day}, lateral (
{items}
    ) as item
)
limit $most

-- section: faults
-- The days of an answer that is none: too many items, one twice, or one with what no item has.
with judged as (
    select
        a.*,
        a.item is not null
        and a.label is not null
        and i.import_id is not null
        and coalesce(a.outcome in ('met', 'unmet', 'unknown', 'pending', 'exempt'), false)
        and if(a.reason is null, a.outcome = 'met', list_contains($reasons, a.reason))
        and coalesce(a.due between date '1000-01-01' and date '9999-12-31', true)
        and (
            a.reason is distinct from 'column_missing'
            or coalesce(list_has_all($fields, string_split(a.detail, ', ')), false)
        ) as is_item
    from answer as a
    left join (select distinct day, organisation, import_id from pinned_imports) as i
        on i.day = a.as_of and i.organisation = a.organisation and i.import_id = a.import_id
)
select as_of, if(count(*) > $most, 'too_many', 'answer') as failed
from judged
group by as_of
having count(*) > $most or not bool_and(is_item) or count(*) > count(distinct (organisation, lower(item)))

-- section: items
select * from answer where not list_contains($failed, as_of)

-- section: forget
drop table answer

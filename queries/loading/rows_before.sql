-- Whether each row of a stored sheet was loaded or rejected: a mark, or null. Of some rejected rows nothing is kept.
select case when t.row is not null or p.row is not null then 'x' end as filled
from (select unnest(range(1, $last + 1)) as number) as n
left join (
    select distinct row from {source} where import_id = $import_id and sheet_number = $sheet_number
) as t on t.row = n.number
left join (
    select distinct row
    from problems
    where import_id = $import_id
        and sheet_number = $sheet_number
        and kind = 'rejected'
        and not list_contains($unkept, reason)
) as p on p.row = n.number
order by n.number

-- What a field of which only yes or no is known says in each row of a stored sheet; null where it does not say.
select case when t.{field} then 'Ja' when not t.{field} then 'Nej' end as answer
from (select unnest(range(1, $last + 1)) as number) as n
left join {source} as t on t.import_id = $import_id and t.sheet_number = $sheet_number and t.row = n.number
order by n.number

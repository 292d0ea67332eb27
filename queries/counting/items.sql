-- The items of a point with the department of their unit. The point's own statement stands before it as `items`.
select
    i.organisation,
    u.department,
    coalesce(u.unit, i.called) as unit,
    i.item,
    i.label,
    i.outcome,
    i.reason,
    i.detail,
    i.due,
    i.file,
    i.sheet,
    i.row
from (select *, renamed('unit', unit, $as_of, $known_at) as called from items) as i
left join units as u on u.organisation = i.organisation and u.unit_key = lower(i.called)
where list_contains($organisations, i.organisation)
order by i.organisation collate sv, u.department collate sv, coalesce(u.unit, i.called) collate sv, i.item collate sv

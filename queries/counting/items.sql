-- The items of a point with the department of their unit, and the file of their import. The point's own statement stands before it as `items`.
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
    f.file,
    i.sheet,
    i.row,
    i.import_id
from (select *, renamed('unit', unit, $as_of, $known_at) as called from items) as i
inner join imports as f using (import_id)
left join units as u on u.organisation = i.organisation and u.unit_key = lower(i.called)
where list_contains($organisations, i.organisation)
order by i.organisation collate sv, u.department collate sv, coalesce(u.unit, i.called) collate sv, i.item collate sv

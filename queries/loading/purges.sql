-- Every purge, the latest first, with the number of exports that it concerned.
select p.purged_at, p.kind, p.diary, p.before, p.rows, p.texts, p.purged_by, count(i.import_id) as imports
from purges as p
left join purged_imports as i on i.purged_at = p.purged_at
group by all
order by p.purged_at desc

-- The sources of a review whose imports rows were purged from after it was counted, with the latest purge. Also run in a
-- package, which is not trusted: so the values are cast.
select
    cast(i.source as varchar) as source,
    cast(max(p.purged_at) as timestamp) as purged_at,
    cast(arg_max(p.diary, p.purged_at) as varchar) as diary
from purged_imports as p
inner join imports as i using (import_id)
where p.rows > 0
    and list_contains($imports, p.import_id)
    and p.purged_at > $since
    and p.purged_at < timestamp '2999-01-01'
group by i.source
order by i.source

-- The systems whose access rights were not reviewed in time, with their latest review. One row per system in use. The
-- point's items precede it as `access_items`.
with latest as (
    select organisation, lower(system) as system_key, max(reviewed) as reviewed
    from access_reviews_at(as_of := $as_of, known_at := $known_at)
    where reviewed <= $as_of
    group by all
)
select
    renamed('unit', i.unit, $as_of, $known_at) as recipient,
    i.item as system,
    i.reason,
    l.reviewed as last_reviewed
from access_items as i
left join latest as l on l.organisation = i.organisation and l.system_key = lower(i.item)
where i.organisation = $organisation and i.outcome = 'unmet'
order by i.item collate sv

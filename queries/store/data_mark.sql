-- A fingerprint of all that figures rest on, and of the approved reviews that they are compared with. Texts and
-- decisions of reviews and the log of events do not change it.
select 'organisation_names' as part, count(*) as n, sum(hash(t)) as mark from organisation_names as t
union all
select 'imports', count(*), sum(hash(t)) from imports as t
union all
select 'revocations', count(*), sum(hash(t)) from revocations as t
union all
select 'aliases', count(*), sum(hash(t)) from aliases as t
union all
select 'alias_removals', count(*), sum(hash(t)) from alias_removals as t
union all
select 'courses_said', count(*), sum(hash(t)) from courses_said as t
union all
select 'meanings', count(*), sum(hash(t)) from meanings as t
union all
select 'mappings', count(*), sum(hash(t)) from mappings as t
union all
select 'approved reviews', count(*), sum(hash(t)) from review_states as t where state = 'approved'
union all
select 'seals', count(*), sum(hash(t)) from seals as t
union all
select 'purges', count(*), sum(hash(t)) from purges as t
order by part

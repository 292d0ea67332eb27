-- A fingerprint of each part of a store: first of all that figures rest on, with the approved reviews that they are
-- compared with, then of what people write beside the exports, and what an upgrade has cleaned. The log of events has
-- none.
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
select 'packs', count(*), sum(hash(t)) from packs as t
union all
select 'pack_switches', count(*), sum(hash(t)) from pack_switches as t
union all
select 'mappings', count(*), sum(hash(t)) from mappings as t
union all
select 'approved_reviews', count(*), sum(hash(t)) from review_states as t where state = 'approved'
union all
select 'seals', count(*), sum(hash(t)) from seals as t
union all
select 'purges', count(*), sum(hash(t)) from purges as t
union all
select 'reviews', count(*), sum(hash(t)) from reviews as t
union all
select 'states', count(*), sum(hash(t)) from review_states as t
union all
select 'texts', count(*), sum(hash(t)) from review_texts as t
union all
select 'decisions', count(*), sum(hash(t)) from decisions as t
union all
select 'follow_ups', count(*), sum(hash(t)) from follow_ups as t
union all
select 'item_notes', count(*), sum(hash(t)) from item_notes as t
union all
select 'unit_answers', count(*), sum(hash(t)) from unit_answers as t
union all
select 'intake_files', count(*), sum(hash(t)) from intake_files as t
union all
select 'digests', count(*), sum(hash(t)) from digests as t
union all
select 'arrangements', count(*), sum(hash(t)) from arrangements as t
union all
select 'cleanings', count(*), sum(hash(t)) from cleanings as t
union all
select 'cleanings_read', count(*), sum(hash(t)) from cleanings_read as t

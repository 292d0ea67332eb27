-- A fingerprint of each kind of what people write beside the exports: reviews with their states, texts, decisions with
-- their follow-ups, notes of items, arrangements, and what an upgrade has cleaned.
select 'reviews' as part, count(*) as n, sum(hash(t)) as mark from reviews as t
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
select 'arrangements', count(*), sum(hash(t)) from arrangements as t
union all
select 'cleanings', count(*), sum(hash(t)) from cleanings as t
union all
select 'cleanings_read', count(*), sum(hash(t)) from cleanings_read as t

-- Every decision that is not withdrawn, with the year of its review and its last follow-up known at a moment.
with latest as (
    select * from decisions qualify row_number() over (partition by decision_id order by edition desc) = 1
),
followed as (
    select * from follow_ups
    where written_at <= $known_at
    qualify row_number() over (partition by decision_id order by edition desc) = 1
),
reviewed as (
    select * from reviews qualify row_number() over (partition by review_id order by edition desc) = 1
)
select
    m.decision_id,
    m.review_id,
    r.organisation_id,
    r.year,
    m.number,
    m.text,
    m.point,
    m.responsible,
    m.due,
    m.resource,
    m.follow_up,
    coalesce(m.why, '') as why,
    coalesce(f.status, 'not_started') as status,
    f.note,
    f.written_at as followed_up_at
from latest as m
inner join reviewed as r using (review_id)
left join followed as f using (decision_id)
where not m.withdrawn
order by r.year, m.number

-- what: The decisions of the management reviews up to the year of the day, each as it was last followed up.
-- grain: one row per decision that is not withdrawn
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point that it is about, or empty
--   id (varchar): its title
--   decision (varchar): what it is called: the year of its review and its number there
--   decision_id (integer): its number in the database
--   review_id (integer): the number of its review
--   review_year (integer): the year of its review
--   review_state (varchar): how far the review has come
--   text (varchar): what was decided
--   responsible (varchar): who does it
--   due (date): by when
--   resource (varchar): with what
--   follow_up (varchar): the report that follows it up, or empty
--   status (varchar): how far it has come
--   open (boolean): whether anything is left to do
--   late (boolean): whether it was due before the day and is open
--   note (varchar): what was written when it was last followed up
--   followed_up_at (timestamp): when that was, local time
--   why (varchar): why it was decided, or empty
--   opened (date): the day it was first written
--   decided (date): the day its review was approved, or empty
--   closed (date): the day from which it has been done or called off, or empty

with latest as (
    select * from decisions
    where written_at <= $known_at
    qualify row_number() over (partition by decision_id order by edition desc) = 1
),
opened as (
    select decision_id, min(written_at) as opened_at from decisions where written_at <= $known_at group by decision_id
),
-- a decision that was opened again is closed from the last time
closed as (
    select decision_id, min(written_at) as closed_at
    from (
        select
            *,
            max(edition) filter (where status not in ('done', 'cancelled')) over (partition by decision_id) as last_open
        from follow_ups
        where written_at <= $known_at
    )
    where edition > coalesce(last_open, 0)
    group by decision_id
),
followed as (
    select * from follow_ups
    where written_at <= $known_at
    qualify row_number() over (partition by decision_id order by edition desc) = 1
),
reviewed as (
    select * from reviews qualify row_number() over (partition by review_id order by edition desc) = 1
),
last_states as (
    select * from review_states
    where changed_at <= $known_at
    qualify row_number() over (partition by review_id order by edition desc) = 1
),
decided as (
    select
        d.*,
        r.organisation_id,
        r.year,
        s.state,
        p.opened_at,
        case when s.state = 'approved' then s.changed_at end as decided_at,
        c.closed_at,
        coalesce(f.status, 'not_started') as status,
        coalesce(f.status, 'not_started') not in ('done', 'cancelled') as open,
        f.note,
        f.written_at as followed_up_at
    from latest as d
    inner join reviewed as r using (review_id)
    left join last_states as s using (review_id)
    left join followed as f using (decision_id)
    left join opened as p using (decision_id)
    left join closed as c using (decision_id)
    where not d.withdrawn and r.year <= year($as_of)
)
select
    $as_of as as_of,
    o.organisation,
    d.point as point_id,
    d.point as id,
    d.year || '-' || d.number as decision,
    d.decision_id,
    d.review_id,
    d.year as review_year,
    d.state as review_state,
    d.text,
    nullif(d.responsible, '') as responsible,
    d.due,
    nullif(d.resource, '') as resource,
    d.follow_up,
    d.status,
    d.open,
    d.open and coalesce(d.due < $as_of, false) as late,
    nullif(d.note, '') as note,
    date_trunc('second', (d.followed_up_at at time zone 'UTC') at time zone 'Europe/Stockholm') as followed_up_at,
    nullif(d.why, '') as why,
    local_day(d.opened_at at time zone 'UTC') as opened,
    local_day(d.decided_at at time zone 'UTC') as decided,
    local_day(d.closed_at at time zone 'UTC') as closed
from decided as d
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
order by o.organisation collate sv, d.year, d.number, d.decision_id

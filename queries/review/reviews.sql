-- Every review in its current state, the newest year first: its latest version, and who submitted it when.
with chosen as (
    select * from reviews qualify row_number() over (partition by review_id order by edition desc) = 1
),
last_states as (
    select * from review_states qualify row_number() over (partition by review_id order by edition desc) = 1
),
first_states as (
    select * from review_states
    qualify row_number() over (partition by review_id, version order by edition) = 1
),
submitted as (
    select * from review_states
    where state = 'submitted'
    qualify row_number() over (partition by review_id, version order by edition desc) = 1
),
sealed as (
    select review_id, version, first_sha256, max_by(sha256, sealed_at) as sha256 from seals group by all
)
select
    c.review_id,
    c.organisation_id,
    o.organisation,
    c.year,
    c.as_of,
    s.version,
    s.state,
    s.figures_of,
    coalesce(n.sha256, s.sha256) as sha256,
    s.why,
    f.why as corrects,
    s.changed_at,
    s.changed_by,
    case when s.state <> 'draft' then b.changed_by end as submitted_by,
    case when s.state <> 'draft' then b.changed_at end as submitted_at,
    case when s.state <> 'draft' then b.person end as submitter,
    case when s.state <> 'draft' then b.signer end as signer,
    case when s.state <> 'draft' then b.signer_key end as signer_key
from chosen as c
inner join last_states as s using (review_id)
inner join first_states as f on f.review_id = s.review_id and f.version = s.version
left join submitted as b on b.review_id = s.review_id and b.version = s.version
left join sealed as n on n.review_id = s.review_id and n.version = s.version and n.first_sha256 = s.sha256,
lateral (
    select organisation
    from organisations_called(as_of := c.as_of, known_at := $known_at)
    where organisation_id = c.organisation_id
) as o
order by c.year desc, o.organisation collate sv

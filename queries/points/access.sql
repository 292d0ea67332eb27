-- what: Which systems have had their access rights reviewed in time.
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often access rights are reviewed
--   strict_interval_months (integer): how often where confidentiality is high
--   strict_level (integer): the level of confidentiality that is high
-- columns: columns.txt

with systems as (
    select * from systems_in_use_at(as_of := $as_of, known_at := $known_at)
),
confidentiality as (
    select organisation, lower(system) as system_key, max(confidentiality) as level
    from latest_classifications_at(as_of := $as_of, known_at := $known_at)
    group by all
),
reviews as (
    select organisation, lower(system) as system_key, max(reviewed) as reviewed
    from access_reviews_at(as_of := $as_of, known_at := $known_at)
    where reviewed <= $as_of
    group by all
),
dated as (
    select
        s.*,
        months_after(
            r.reviewed,
            case when c.level >= $strict_level then $strict_interval_months else $interval_months end
        ) as next_review
    from systems as s
    left join confidentiality as c using (organisation, system_key)
    left join reviews as r using (organisation, system_key)
),
judged as (
    select
        *,
        case
            when responsibility_code = 'central' then exempt('central')
            when next_review >= $as_of then met()
            when next_review is not null then unmet('overdue')
            else unmet('never_reviewed')
        end as judgement
    from dated
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(next_review) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- what: Who has signed a pledge of confidentiality that is still valid.
-- grain: one row a person employed on as_of
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   validity_months (integer): how long a pledge is valid
-- columns: columns.txt

with latest as (
    select organisation, lower(employee_id) as person, months_after(max(signed), $validity_months) as valid_until
    from pledges_at(as_of := $as_of, known_at := $known_at)
    where signed <= $as_of
    group by organisation, lower(employee_id)
),
judged as (
    select
        p.*,
        l.valid_until,
        case
            when p.on_leave then exempt('on_leave')
            when l.valid_until >= $as_of then met()
            when l.valid_until is not null then unmet('expired')
            else unmet('not_signed')
        end as judgement
    from persons_at(as_of := $as_of, known_at := $known_at) as p
    left join latest as l using (organisation, person)
)
select
    organisation,
    unit,
    employee_id as item,
    coalesce(name, employee_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(valid_until) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- The persons of `training_persons` who lack a course, those who lack both first; or whose course expires soon, the
-- earliest first. The learning platform's address is used where the staff list has none.
with addresses as (
    select lower(employee_id) as person, min(email) as email
    from training_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
    group by lower(employee_id)
)
select
    t.label,
    coalesce(p.email, a.email) as email,
    t.unit,
    t.management,
    t.information_security_outcome,
    t.information_security_reason,
    t.information_security_due,
    t.information_security_expiring,
    t.data_protection_outcome,
    t.data_protection_reason,
    t.data_protection_due,
    t.data_protection_expiring
from training_persons as t
left join persons_at(as_of := $as_of, known_at := $known_at) as p
    on p.organisation = t.organisation and p.person = lower(t.item)
left join addresses as a on a.person = lower(t.item)
where case $listed
    when 'missing' then t.information_security_outcome = 'unmet' or t.data_protection_outcome = 'unmet'
    else t.information_security_expiring or t.data_protection_expiring
end
order by
    case
        when $listed = 'missing' then t.information_security_outcome <> 'unmet' or t.data_protection_outcome <> 'unmet'
    end,
    case
        when $listed = 'expiring' then least(
            case when t.information_security_expiring then t.information_security_due end,
            case when t.data_protection_expiring then t.data_protection_due end
        )
    end,
    t.unit collate sv,
    t.label collate sv,
    t.item collate sv
limit $most

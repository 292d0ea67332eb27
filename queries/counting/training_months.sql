-- The valid courses of `training_persons` that end in the month of a day and in each of the twelve after it.
with months as (
    select cast(date_trunc('month', $as_of) + to_months(cast(unnest(range(13)) as integer)) as date) as month
),
valid as (
    select 'information_security' as course, information_security_due as due, information_security_expiring as expiring
    from training_persons
    where information_security_outcome = 'met'
    union all
    select 'data_protection', data_protection_due, data_protection_expiring
    from training_persons
    where data_protection_outcome = 'met'
)
select
    m.month,
    count(*) filter (where v.course = 'information_security') as information_security,
    count(*) filter (where v.course = 'information_security' and v.expiring) as information_security_soon,
    count(*) filter (where v.course = 'data_protection') as data_protection,
    count(*) filter (where v.course = 'data_protection' and v.expiring) as data_protection_soon
from months as m
left join valid as v on date_trunc('month', v.due) = m.month
group by m.month
order by m.month

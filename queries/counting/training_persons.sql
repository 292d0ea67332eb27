-- Store, for one cursor, one row per person of a scope employed on a day, with their outcome in both courses.
create or replace temp table training_persons as
with information_security as (
    select organisation, unit, item, label, management, outcome, reason, due
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := 'information_security_training',
        codes := $information_security_training_codes, names := $information_security_training_names,
        validity_months := $information_security_training_validity_months,
        grace_days := $information_security_training_grace_days
    )
    where organisation = $organisation
),
data_protection as (
    select organisation, item, outcome, reason, due
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := 'data_protection_training',
        codes := $data_protection_training_codes, names := $data_protection_training_names,
        validity_months := $data_protection_training_validity_months,
        grace_days := $data_protection_training_grace_days
    )
    where organisation = $organisation
),
-- units are few: each is looked up once, not once a person
called as (
    select unit, renamed('unit', unit, $as_of, $known_at) as called
    from (select distinct unit from information_security)
),
placed as (
    select c.unit, u.department_key, u.department, lower(c.called) as unit_key, coalesce(u.unit, c.called) as called
    from called as c
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = $organisation and u.unit_key = lower(c.called)
)
select
    i.organisation,
    p.department_key,
    p.department,
    p.unit_key,
    p.called as unit,
    i.item,
    i.label,
    i.management,
    i.outcome as information_security_outcome,
    i.reason as information_security_reason,
    i.due as information_security_due,
    i.outcome = 'met' and coalesce(i.due <= $as_of + $information_security_expiring_days, false)
        as information_security_expiring,
    d.outcome as data_protection_outcome,
    d.reason as data_protection_reason,
    d.due as data_protection_due,
    d.outcome = 'met' and coalesce(d.due <= $as_of + $data_protection_expiring_days, false) as data_protection_expiring
from information_security as i
inner join data_protection as d using (organisation, item)
left join placed as p using (unit)
where ($department is null or p.department_key = lower($department))
    and ($unit is null or p.unit_key = lower($unit))

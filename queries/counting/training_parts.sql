-- The persons of `training_persons` counted together, then by part, the part that lacks most first. A unit without a
-- department is a part of its own.
with persons as (
    select
        *,
        case when $level = 'unit' or department_key is null then unit_key end as part_key,
        information_security_outcome <> 'exempt' or data_protection_outcome <> 'exempt' as counted,
        -- an unknown outcome tells of both only where the other is unmet
        information_security_outcome <> 'exempt'
        and data_protection_outcome <> 'exempt'
        and (
            'unmet' in (information_security_outcome, data_protection_outcome)
            or 'unknown' not in (information_security_outcome, data_protection_outcome)
        ) as in_both,
        information_security_outcome = 'met' and data_protection_outcome = 'met' as met_both,
        information_security_outcome = 'unmet' or data_protection_outcome = 'unmet' as missing,
        information_security_outcome = 'unmet' and data_protection_outcome = 'unmet' as missing_both
    from training_persons
)
select
    grouping(department_key) = 1 as whole,
    case when grouping(department_key) = 0 then min(department) end as department,
    case when part_key is not null then min(unit) end as unit,
    count(*) as persons,
    count(*) filter (where counted) as counted,
    count(*) filter (where missing) as missing,
    count(*) filter (where missing_both) as missing_both,
    count(*) filter (where 'unknown' in (information_security_outcome, data_protection_outcome)) as undated,
    count(*) filter (where met_both) as met_both,
    count(*) filter (where in_both) as in_both,
    count(*) filter (where information_security_expiring or data_protection_expiring) as expiring,
    count(*) filter (where met_both and management) as management_both,
    count(*) filter (where in_both and management) as management_in_both,
    count(*) filter (where information_security_reason = 'on_leave') as on_leave,
    count(*) filter (where 'newly_employed' in (information_security_reason, data_protection_reason)) as newly_employed,
    count(*) filter (where department_key is null) as without_department,
    count(*) filter (where information_security_outcome = 'met') as information_security_met,
    count(*) filter (where information_security_outcome = 'unmet') as information_security_unmet,
    count(*) filter (where information_security_outcome = 'unknown') as information_security_unknown,
    count(*) filter (where information_security_outcome = 'exempt') as information_security_exempt,
    count(*) filter (where information_security_expiring) as information_security_expiring,
    count(*) filter (where data_protection_outcome = 'met') as data_protection_met,
    count(*) filter (where data_protection_outcome = 'unmet') as data_protection_unmet,
    count(*) filter (where data_protection_outcome = 'unknown') as data_protection_unknown,
    count(*) filter (where data_protection_outcome = 'exempt') as data_protection_exempt,
    count(*) filter (where data_protection_expiring) as data_protection_expiring
from persons
group by grouping sets ((), (department_key, part_key))
order by whole desc, missing desc, expiring desc, department collate sv, unit collate sv

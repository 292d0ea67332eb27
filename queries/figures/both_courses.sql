-- what: How many persons have a valid course in both information security and data protection.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   information_security_training_codes (varchar[]): whole codes of the course in information security, in lower case
--   information_security_training_names (varchar[]): how its name begins, in lower case
--   information_security_training_validity_months (integer): how long a pass of it is valid, unless its row says
--   information_security_training_grace_days (integer): how long a person may be employed before it counts
--   data_protection_training_codes (varchar[]): whole codes of the course in data protection, in lower case
--   data_protection_training_names (varchar[]): how its name begins, in lower case
--   data_protection_training_validity_months (integer): how long a pass of it is valid, unless its row says
--   data_protection_training_grace_days (integer): how long a person may be employed before it counts
--   management (boolean): whether only the management group is counted
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): persons met in both courses
--   whole (bigint): persons in the scope of both

with courses as (
    select organisation, item, outcome, management
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := 'information_security_training',
        codes := $information_security_training_codes, names := $information_security_training_names,
        validity_months := $information_security_training_validity_months,
        grace_days := $information_security_training_grace_days
    )
    union all
    select organisation, item, outcome, management
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := 'data_protection_training',
        codes := $data_protection_training_codes, names := $data_protection_training_names,
        validity_months := $data_protection_training_validity_months,
        grace_days := $data_protection_training_grace_days
    )
),
persons as (
    select
        organisation,
        item,
        case
            when bool_or(outcome = 'unmet') then false
            -- an export without the column for the day says nothing
            when not bool_or(outcome = 'unknown') then true
        end as met
    from courses
    where management or not $management
    group by organisation, item
    -- whoever counts in one course only has no other to be met in
    having bool_and(outcome <> 'exempt') and count(*) = 2
)
select o.organisation, count(*) filter (where persons.met) as part, count(persons.met) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join persons using (organisation)
group by o.organisation
order by o.organisation collate sv

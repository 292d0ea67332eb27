-- what: How many completed the courses of points 1 and 2 each month in each unit, and how many valid passes end.
-- grain: one row per organisation, unit, review point and month in which there are any; units of few persons are one
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   information_security_training_codes (varchar[]): whole codes of the course in information security, in lower case
--   information_security_training_names (varchar[]): how its name begins, in lower case
--   information_security_training_validity_months (integer): how long a pass of it is valid, unless its row says
--   data_protection_training_codes (varchar[]): whole codes of the course in data protection, in lower case
--   data_protection_training_names (varchar[]): how its name begins, in lower case
--   data_protection_training_validity_months (integer): how long a pass of it is valid, unless its row says
-- columns:
--   as_of (date): the day that is described
--   level (varchar): unit, or other_units: those of few persons added up
--   organisation (varchar): whose it is
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit; empty for persons of none, and where the row is of several
--   point_id (varchar): the id of the review point whose course it is
--   month_end (date): the last day of the month
--   completed (bigint): of those employed on the day, persons who completed the course in the month
--   expires (bigint): persons whose valid pass ends in the month

with persons as (
    select organisation, department, unit, point_id, lower(item) as person, if(outcome = 'met', due, null) as valid_until
    from (
        select *, 'information_security_training' as point_id from information_security_training_items
        union all by name
        select *, 'data_protection_training' as point_id from data_protection_training_items
    )
),
placed as (
    select p.*, h.organisation is not null as hidden, h.enough
    from persons as p
    left join hidden_units as h
        on h.organisation = p.organisation and h.unit_key is not distinct from lower(p.unit)
),
passed as (
    select organisation, person, point_id, completed
    from courses_taken_at(
        as_of := $as_of,
        known_at := $known_at,
        rules := [
            {
                'point_id': 'information_security_training',
                'codes': $information_security_training_codes,
                'names': $information_security_training_names,
                'validity_months': $information_security_training_validity_months
            },
            {
                'point_id': 'data_protection_training',
                'codes': $data_protection_training_codes,
                'names': $data_protection_training_names,
                'validity_months': $data_protection_training_validity_months
            }
        ]
    )
    where status_code = 'passed' and completed <= $as_of
),
events as (
    select * exclude (completed), last_day(completed) as month_end, true as taken
    from placed
    inner join passed using (organisation, person, point_id)
    union all by name
    select *, last_day(valid_until) as month_end, false as taken
    from placed
    where valid_until is not null
)
select
    $as_of as as_of,
    if(hidden, 'other_units', 'unit') as level,
    organisation,
    if(hidden, null, department) as department,
    if(hidden, null, unit) as unit,
    point_id,
    month_end,
    count(distinct person) filter (where taken) as completed,
    count(distinct person) filter (where not taken) as expires
from events
where not hidden or enough
group by hidden, organisation, if(hidden, null, department), if(hidden, null, unit), point_id, month_end
order by
    organisation collate sv,
    list_position(['unit', 'other_units'], level),
    department collate sv,
    unit collate sv,
    point_id,
    month_end

-- what: The courses of everybody who is employed on the day, with their dates; also those who have none.
-- grain: one row per person and row of the training exports, a point of which it is the course each; or per person without any
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
--   organisation (varchar): whose it is
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit of the person
--   employee_id (varchar): the id of the person
--   name (varchar): the name of the person
--   management (boolean): whether the person is of the management group
--   course (varchar): what the course is called; empty for a person without any
--   course_code (varchar): its code
--   status (varchar): how far it has come; empty where the word of its export is unknown
--   started (date): the day it was begun
--   completed (date): the day it was completed
--   valid_until (date): the last day that a pass is valid, by its export or counted; 9999-12-31 has no end
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point whose course it is, or empty
--   import_id (integer): the number of the import that it came from

with taken as (
    select *
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
)
select
    p.organisation,
    u.department,
    coalesce(u.unit, p.unit) as unit,
    p.employee_id,
    p.name,
    p.management,
    t.course,
    t.course_code,
    t.status_code as status,
    happened(t.started, $as_of) as started,
    happened(t.completed, $as_of) as completed,
    t.valid_until,
    t.file,
    t.sheet,
    t.row,
    $as_of as as_of,
    t.point_id,
    t.import_id
from (
    select * replace (renamed('unit', unit, $as_of, $known_at) as unit)
    from persons_at(as_of := $as_of, known_at := $known_at)
) as p
left join taken as t using (organisation, person)
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = p.organisation and u.unit_key = lower(p.unit)
order by p.organisation collate sv, p.person collate sv, t.import_id, t.row, t.point_id

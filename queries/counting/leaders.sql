-- Who leads, by the positions of the staff list of the day, on leave or not. One row per person, unit and position.
-- `name` is null where it is none of a person: an id, or a title.
select distinct
    renamed('unit', unit, $as_of, $known_at) as unit,
    renamed('department', department, $as_of, $known_at) as department,
    person,
    case
        when lower(name) <> person
            -- one word is as often a function as a first name
            and regexp_matches(name, '\pL\s+\pL')
            and not has_ending(name, $managers)
            then name
    end as name,
    position,
    has_ending(position, $department_managers) as of_department
from employments_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    -- a word of another that goes on, as in "chefssekreterare", leads nothing
    and has_ending(position, $managers)
    and not list_has_any(string_split_regex(lower(position), '\PL+'), $deputies)
order by position collate sv, name collate sv nulls last, person

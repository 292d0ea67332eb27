-- Who leads a unit or a department, by the staff list of the day; members of the management first. One row per
-- employment. `greeted` is whether the name is a person's: neither an id nor a title.
select
    renamed('unit', unit, $as_of, $known_at) as unit,
    renamed('department', department, $as_of, $known_at) as department,
    coalesce(name, employee_id) as name,
    email,
    position,
    coalesce(
        lower(name) <> lower(employee_id)
        -- one word is as often a function as a first name
        and regexp_matches(name, '\pL\s+\pL')
        and not has_ending(name, $managers),
        false
    ) as greeted,
    coalesce(management, false) as management
from employments_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and on_leave is not true
    -- a word of another that goes on, as in "chefssekreterare", leads nothing
    and (
        management
        or has_ending(position, $managers)
    )
order by management desc nulls last, email is null, name collate sv, employee_id

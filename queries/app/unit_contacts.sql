-- Who leads a unit or a department, by the staff list of the day; members of the management first. One row per
-- employment.
select
    renamed('unit', unit, $as_of, $known_at) as unit,
    renamed('department', department, $as_of, $known_at) as department,
    coalesce(name, employee_id) as name,
    email,
    position,
    coalesce(management, false) as management
from employments_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and on_leave is not true
    -- a word of another that goes on, as in "chefssekreterare", leads nothing
    and (
        management
        or len(list_filter($managers, lambda word: regexp_matches(lower(position), '\Q' || word || '\E(?:\PL|$)'))) > 0
    )
order by management desc nulls last, email is null, name collate sv, employee_id

-- One system in the register, in use or not: the first filled value of each attribute.
with named as (
    select
        *,
        {'import': import_id, 'sheet': sheet_number, 'row': row} as place
    from systems_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation and lower(system) = lower(renamed('system', $system, $as_of, $known_at))
    -- if any row of the system is in use, only such rows describe it, as in points 4, 5 and 7
    qualify lifecycle_code is null or bool_and(lifecycle_code is not null) over ()
)
select
    organisation,
    arg_min(system, place) as system,
    arg_min(system_id, place) as system_id,
    renamed('unit', arg_min(unit, place), $as_of, $known_at) as unit,
    arg_min(object, place) as object,
    arg_min(object_owner, place) as object_owner,
    arg_min(object_leader, place) as object_leader,
    arg_min(object_owner, place) is not null as owned,
    arg_min(object_leader, place) is not null as led,
    bool_or(told(object_owner, 'object_owner', columns)) as owner_told,
    bool_or(told(object_leader, 'object_leader', columns)) as leader_told,
    arg_min(supplier, place) as supplier,
    arg_min(lifecycle, place) as lifecycle,
    bool_or(lifecycle_code is null) as in_use,
    arg_min(responsibility, place) as responsibility,
    arg_min(personal_data, place) as personal_data,
    arg_min(criticality, place) as criticality,
    arg_min(file, place) as file,
    arg_min(sheet, place) as sheet,
    arg_min(row, place) as row,
    count(*) as rows_naming
from named
group by organisation

-- Who answers for each system in use, by the system register of the day, with the address that the staff list has for
-- somebody of that name, if only one person has it. One row per system, with at least one of the two.
with addresses as (
    select lower(name) as name_key, min(email) as email
    from employments_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation and name is not null
    group by lower(name)
    having count(distinct lower(employee_id)) = 1
),
named as (
    select
        lower(system) as system_key,
        first(object_owner order by import_id, sheet_number, row) filter (where object_owner is not null) as owner,
        first(object_leader order by import_id, sheet_number, row) filter (where object_leader is not null) as leader
    from systems_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation and lifecycle_code is null
    group by lower(system)
)
select n.system_key, n.owner, o.email as owner_email, n.leader, l.email as leader_email
from named as n
left join addresses as o on o.name_key = lower(n.owner)
left join addresses as l on l.name_key = lower(n.leader)
where n.owner is not null or n.leader is not null

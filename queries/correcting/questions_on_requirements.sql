-- The requirements of the local instruction that units are asked about: those of any unit, where their own is neither
-- done nor exempt. One row per unit and requirement. The point's items precede it as `local_instruction_items`.
with existing as (
    select *, renamed('unit', unit, $as_of, $known_at) as called
    from local_instruction_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
),
units as (
    select lower(unit) as unit_key, mode(unit order by unit) as unit
    from (
        select renamed('unit', unit, $as_of, $known_at) as unit
        from persons_at(as_of := $as_of, known_at := $known_at)
        where organisation = $organisation
        union all
        select called from existing
    )
    group by all
),
requirements as (
    select lower(requirement) as requirement_key, mode(requirement order by requirement) as requirement
    from existing
    group by all
)
select
    u.unit as recipient,
    coalesce(k.unit, u.unit) as unit,
    coalesce(k.requirement, r.requirement) as requirement,
    k.status,
    k.confirmed,
    k.comment,
    k.version
from units as u
cross join requirements as r
left join existing as k on lower(k.called) = u.unit_key and lower(k.requirement) = r.requirement_key
left join local_instruction_items as i
    on i.organisation = $organisation and lower(i.item) = lower(k.unit || '/' || k.requirement)
where i.outcome is null or i.outcome not in ('met', 'exempt')
order by
    u.unit collate sv,
    -- 2 before 10, 4.2 before 4.10
    list_transform(string_split(regexp_extract(r.requirement, '^\d+(\.\d+)*'), '.'), lambda n: try_cast(n as integer)),
    r.requirement collate sv,
    k.unit collate sv

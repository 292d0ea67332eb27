-- The version of each pack that counts at a moment: in the order in which they were first switched on, then installed.
select p.pack, p.sha256, p.installed_at, p.installed_by, i.first_installed
from packs as p
inner join (select pack, min(edition) as first_installed from packs group by all) as i using (pack)
left join (
    select pack, min(edition) as first_switched
    from pack_switches
    where is_on and switched_at <= $known_at
    group by all
) as s using (pack)
where p.installed_at <= $known_at and p.pack is not null and p.sha256 is not null
qualify row_number() over (partition by p.pack order by p.edition desc) = 1
order by s.first_switched nulls last, i.first_installed

-- The organisation that a list names, by any name that it has had: what it is called on a day, and on that of the list.
-- One row, or none.
select now.organisation, earlier.organisation as on_list_day
from organisations_called(as_of := $list_day, known_at := $known_at) as earlier
inner join organisations_called(as_of := $as_of, known_at := $known_at) as now using (organisation_id)
where earlier.organisation = $organisation
    or organisation_id in (select n.organisation_id from organisation_names as n where n.name = $organisation)
order by earlier.organisation <> $organisation, organisation_id
limit 1

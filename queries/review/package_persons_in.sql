-- The persons that a source of a pack is about, who need not be in a staff list, ordered by id.
select distinct lower({person}) as person
from {source}
where list_contains($imports, import_id) and {person} is not null
order by person

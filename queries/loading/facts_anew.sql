-- What was noticed when the file of an import was read, for another import that reads its cells anew.
insert into import_facts by name
select f.* replace ($import_id as import_id)
from import_facts as f
where f.import_id = $earlier and not list_contains($noticed_anew, f.fact)

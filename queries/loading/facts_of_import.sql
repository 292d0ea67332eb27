-- What was noticed when the file of an import was read.
select fact, what, number from import_facts where import_id = $import_id

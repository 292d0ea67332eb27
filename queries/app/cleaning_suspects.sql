-- The imports in whose rows a column of a source could hold an identity number.
select distinct '{source}' as source, '{column}' as "column", import_id
from {source}
where regexp_matches({value}, $looks_like)

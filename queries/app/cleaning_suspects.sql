-- The imports whose rows may hold an identity number in a column of a source.
select distinct '{source}' as source, '{column}' as "column", import_id
from {source}
where regexp_matches({value}, $looks_like)

-- The texts of a column that may hold an identity number.
select '{table}' as table_name, '{column}' as column_name, rowid as row_id, "{column}" as text
from "{table}"
where regexp_matches("{column}", $looks_like)

-- The lists of texts of a column in which one could hold an identity number.
select '{table}' as table_name, '{column}' as column_name, rowid as row_id, "{column}" as texts
from "{table}"
where len(list_filter("{column}", lambda text: regexp_matches(text, $looks_like))) > 0

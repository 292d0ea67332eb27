-- The lists of texts in a column where a text may hold an identity number.
select '{table}' as table_name, '{column}' as column_name, rowid as row_id, "{column}" as texts
from "{table}"
where len(list_filter("{column}", lambda text: regexp_matches(text, $looks_like))) > 0

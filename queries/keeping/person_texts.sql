-- The texts of a column that may hold one of some words, where a row of a sheet has its place.
select
    '{table}' as table_name,
    '{column}' as column_name,
    rowid as row_id,
    {import_id} as import_id,
    {sheet_number} as sheet_number,
    {row} as row,
    {texts} as texts
from "{table}"
where regexp_matches(lower(array_to_string({texts}, chr(10))), $pattern)

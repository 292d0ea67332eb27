-- The names that statements use already: of tables, relations, functions and macros, and words of SQL; of a reserved one
-- no column can be called either.
select lower(table_name) as name, false as is_reserved from duckdb_tables()
union
select lower(view_name), false from duckdb_views()
union
select lower(function_name), false from duckdb_functions()
union
select keyword_name, keyword_category in ('reserved', 'type_function') from duckdb_keywords() where keyword_category <> 'unreserved'

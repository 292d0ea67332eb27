-- The names that statements use already: of tables, relations, functions and macros, and words of SQL that no name may be.
select lower(table_name) as name from duckdb_tables()
union
select lower(view_name) from duckdb_views()
union
select lower(function_name) from duckdb_functions()
union
select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'

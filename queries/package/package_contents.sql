-- What a package's database holds besides tables; it ought to hold nothing.
select view_name as name from duckdb_views() where not internal
union all
select function_name as name from duckdb_functions() where not internal
union all
select type_name as name from duckdb_types() where not internal
union all
select sequence_name as name from duckdb_sequences()
union all
select index_name as name from duckdb_indexes()
order by name

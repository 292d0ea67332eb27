-- The relations of the open file that are made of the sources of packs: a table of the product may take the name of one.
select view_name
from duckdb_views()
where database_name = current_database() and schema_name = 'main' and not internal

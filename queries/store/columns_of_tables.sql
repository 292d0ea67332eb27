-- Every column of the tables of an attached database, in their order; views are left out.
select c.table_name, c.column_name
from duckdb_columns() as c
inner join duckdb_tables() as t using (database_name, schema_name, table_name)
where c.database_name = $database and c.schema_name = 'main' and not c.internal
order by c.table_name, c.column_index

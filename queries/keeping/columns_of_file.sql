-- Every column of the tables of the open file, with its type; a view is no table.
select c.table_name, c.column_name, c.data_type
from duckdb_columns() as c
inner join duckdb_tables() as t using (database_name, schema_name, table_name)
where c.database_name = current_database() and c.schema_name = 'main' and not c.internal
order by c.table_name, c.column_index

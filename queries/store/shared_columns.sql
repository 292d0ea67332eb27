-- The columns of the store's own tables with their types, in order; the marks of the upgrades are no rows of the store.
select c.table_name, c.column_name, c.data_type
from duckdb_columns() as c
inner join duckdb_tables() as t using (database_name, schema_name, table_name)
where c.database_name = current_database() and c.schema_name = 'main' and not c.internal
    and c.table_name <> 'schema_files'
order by c.table_name, c.column_index

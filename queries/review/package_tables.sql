-- The tables of a database, each with the statement that creates it.
select table_name as name, sql
from duckdb_tables()
where database_name = current_database() and not temporary
order by table_name

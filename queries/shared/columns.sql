-- The columns of the tables that are in PostgreSQL.
select table_name, column_name from information_schema.columns where table_schema = current_schema()

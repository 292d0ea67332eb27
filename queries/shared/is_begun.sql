-- Whether the tables have been made. The catalog says so also to an account that may not use them.
select count(*) = 2
from pg_class
where relnamespace = to_regnamespace(current_setting('search_path'))
    and relname in ('changes', 'schema_files')
    and relkind = 'r'

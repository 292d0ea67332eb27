-- The columns of the tables that are in PostgreSQL.
select c.relname::text, a.attname::text
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid
where c.relnamespace = to_regnamespace(current_setting('search_path'))
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and a.attnum > 0
    and not a.attisdropped

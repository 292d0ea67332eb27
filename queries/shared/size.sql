-- How many bytes the tables take with all that belongs to them.
select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint
from pg_class
where relnamespace = (select oid from pg_namespace where nspname = current_schema()) and relkind = 'r'

-- The steps of the schema that were applied to a store from a moment on (UTC), in order.
select name from schema_files where applied_at >= $began and ends_with(name, '.sql') order by name

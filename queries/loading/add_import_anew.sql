-- Record an import that reads the cells of another anew.
insert into imports by name
select
    i.* replace (
        $import_id as import_id, moment() as imported_at, $who as imported_by,
        $loaded as loaded, $rejected as rejected, $warnings as warnings
    )
from imports as i
where i.import_id = $earlier

-- How many rows of an import differ between what is stored and what has been read of its cells.
with now as (select {values} from typed where {loaded}),
before as (select {columns} from {source} where import_id = $import_id)
select count(*)
from (
    select distinct sheet_number, row
    from ((select * from now except select * from before) union all (select * from before except select * from now))
)

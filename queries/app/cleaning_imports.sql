-- Every import with its receipt.
select rowid as row_id, import_id, source, extract_date, loaded, rejected, warnings
from imports
order by import_id

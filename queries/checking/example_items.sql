-- The items of a point with the file of each, where its statement has the number of the import.
select item.*, imports.file
from ({statement}) as item
inner join imports using (import_id)

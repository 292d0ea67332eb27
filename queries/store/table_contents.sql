-- How many rows a table has, and one number of all their values, each row with its place among them.
select count(*), coalesce(sum(hash(row_number, values_of_row)::hugeint), 0)
from (
    select row_number() over (order by rowid) as row_number, row({columns}) as values_of_row
    from {table}
)

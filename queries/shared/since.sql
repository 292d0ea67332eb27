-- The changes from a number on, in order.
select number, id, anew, rows from changes where number >= $1 order by number

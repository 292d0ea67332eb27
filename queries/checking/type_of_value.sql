-- The type of a value, as a header calls it.
select lower(typeof($value))

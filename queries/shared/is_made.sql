-- Whether a change was made.
select exists (select from changes where number = $1 and id = $2)

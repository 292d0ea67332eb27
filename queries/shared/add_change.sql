-- A change.
insert into changes (number, id, at, anew, rows) values ($1, $2, $3, $4, $5)

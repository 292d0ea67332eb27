-- The keys of the pseudonyms, the register's first one first.
select number, id, secret from keys order by number

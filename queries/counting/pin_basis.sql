-- Find the imports behind a day once, for one cursor: this macro hides the stored one of the same name.
-- section: rows
create or replace temp table pinned_basis as
select * from imports_at(as_of := $as_of, known_at := $known_at)

-- section: macro
create or replace temp macro imports_at(as_of, known_at) as table
    select * from pinned_basis

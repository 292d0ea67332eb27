-- Replace the file name of each row by the number of its import, for one cursor: this macro hides the stored one of the
-- same name.
create or replace temp macro chosen_imports(wanted, as_of, known_at) as table
    select import_id, organisation_id, organisation, cast(import_id as varchar) as file, extract_date
    from imports_at(as_of, known_at)
    where source = wanted

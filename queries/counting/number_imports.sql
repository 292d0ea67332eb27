-- Replace the file name of each row by the number of its import, for one cursor: where the imports behind a day are
-- found once (pin_imports), this macro hides the one of the same name.
create or replace temp macro chosen_imports(wanted, as_of, known_at) as table
    select import_id, organisation_id, organisation, cast(import_id as varchar) as file, extract_date,
        columns_read
    from pinned_imports
    where source = wanted and day = as_of and known = known_at

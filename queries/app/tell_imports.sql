-- Lets each row tell the number of its import where its file's name would stand, for one cursor: there the stored macro of the same name is hidden by this one.
create or replace temp macro chosen_imports(wanted, as_of, known_at) as table
    select import_id, organisation_id, organisation, cast(import_id as varchar) as file, extract_date
    from imports_at(as_of, known_at)
    where source = wanted

-- The imports that the figures of a day rest on.
select import_id from imports_at(as_of := $as_of, known_at := $known_at)

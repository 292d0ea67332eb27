-- Limit the imports to those that a review was frozen with, for one cursor: this macro hides the stored one of the same
-- name. An import loaded at the same moment and committed later is not among them.
-- section: rows
create or replace temp table pinned_review as
select i.*, o.organisation
from imports as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where list_contains($imports, i.import_id)

-- section: macro
create or replace temp macro imports_at(as_of, known_at) as table
    select * from pinned_review

-- What is arranged in an organisation, as it was last written.
select a.kind, a.what, a.text
from arrangements as a
left join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where a.organisation_id is null or o.organisation = $organisation
qualify row_number() over (partition by a.kind, a.what order by a.edition desc) = 1

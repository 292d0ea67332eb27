-- What is arranged in some organisations, as it was last written.
select n.organisation, a.kind, a.what, a.text
from arrangements as a
left join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
inner join (select unnest($organisations) as organisation) as n
    on a.organisation_id is null or o.organisation = n.organisation
qualify row_number() over (partition by n.organisation, a.kind, a.what order by a.edition desc) = 1

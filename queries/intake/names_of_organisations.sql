-- Every name that an organisation was given, the latest first.
select organisation_id, name
from organisation_names
where named_at <= $known_at
order by named_at desc, name

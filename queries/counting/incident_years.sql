-- The years in which exports of incidents were taken out by a day.
select distinct cast(year(extract_date) as integer) as year
from live_imports(known_at := $known_at)
where source = 'incidents' and extract_date <= $as_of

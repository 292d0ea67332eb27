-- The classifications of one system, the newest first: whether of the latest day, and until when valid.
select
    information,
    confidentiality,
    integrity,
    availability,
    classified,
    due_of(least(months_after(classified, $validity_months), coalesce(valid_to, date '9999-12-31'))) as valid_until,
    classified = max(classified) over () as latest
from classifications_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system) and classified <= $as_of
order by classified desc, import_id, sheet_number, row

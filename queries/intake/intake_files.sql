-- What is known of each file that came to the folder of an organisation, or of those of a state: the last that happened
-- to it, the oldest first.
select organisation_id, folder, file, sha256, bytes, state, source, extract_date, why, mark, imports, happened_at, who
from intake_files
where happened_at <= $known_at
qualify row_number() over (partition by folder, sha256, file order by edition desc) = 1 and ($state is null or state = $state)
order by edition

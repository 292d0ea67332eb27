-- The moment of the latest change in the store.
select max(moment)
from (
    select max(named_at) as moment from organisation_names
    union all select max(imported_at) from imports
    union all select max(revoked_at) from revocations
    union all select max(happened_at) from events
    union all select max(made_at) from mappings
    union all select max(made_at) from aliases
    union all select max(removed_at) from alias_removals
    union all select max(chosen_at) from reviews
    union all select max(changed_at) from review_states
    union all select max(written_at) from review_texts
    union all select max(frozen_at) from frozen_reviews
    union all select max(written_at) from decisions
    union all select max(written_at) from follow_ups
    union all select max(written_at) from item_notes
    union all select max(written_at) from arrangements
    union all select max(said_at) from courses_said
    union all select max(said_at) from meanings
    union all select max(installed_at) from packs
    union all select max(switched_at) from pack_switches
    union all select max(happened_at) from intake_files
    union all select max(made_at) from digests
    union all select max(taken_at) from unit_answers
    union all select max(cleaned_at) from cleanings
    union all select max(read_at) from cleanings_read
    union all select max(sealed_at) from seals
    union all select max(purged_at) from purges
    union all select max(purged_at) from purged_imports
)

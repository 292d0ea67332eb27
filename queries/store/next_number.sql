-- The next number of a kind: in the whole store, or of a decision within its review. Only one turn is written at a
-- time.
select coalesce(max(number), 0) + 1
from (
    select organisation_id as number from organisation_names where $kind = 'organisation'
    union all select import_id from imports where $kind = 'import'
    union all select mapping_id from mappings where $kind = 'mapping'
    union all select alias_id from aliases where $kind = 'alias'
    union all select review_id from reviews where $kind = 'review'
    union all select decision_id from decisions where $kind = 'decision'
    union all select number from decisions where $kind = 'decision of a review' and review_id = $review_id
)

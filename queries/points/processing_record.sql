-- what: Which processings are completely recorded and reviewed.
-- grain: one row an active processing
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often a processing is reviewed
-- columns: columns.txt

with listed as (
    select
        *,
        [
            case when controller is null then 'controller' end,
            case when dpo is null then 'dpo' end,
            case when purpose is null then 'purpose' end,
            case when data_subjects is null then 'data_subjects' end,
            case when data_categories is null then 'data_categories' end,
            case when recipients is null then 'recipients' end,
            case when third_country is null then 'third_country' end,
            case when third_country and countries is null then 'countries' end,
            case when third_country and safeguards is null then 'safeguards' end
        ] as empty
    from active_processing_at(as_of := $as_of, known_at := $known_at)
),
judged as (
    select
        *,
        case when reviewed <= $as_of then months_after(reviewed, $interval_months) end as next_review,
        judge(
            [
                unmet('incomplete', empty := empty),
                if(
                    next_review >= $as_of,
                    null,
                    unmet('review_overdue', rests_on := [if(reviewed is null, 'reviewed', null)])
                )
            ],
            columns
        ) as judgement
    from listed
)
select
    organisation,
    unit,
    processing_id as item,
    coalesce(name, processing_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(next_review) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- what: Which processings that require an impact assessment have one.
-- grain: one row an active processing
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   least_criteria (integer): how many of the nine criteria make an assessment required
-- columns: columns.txt

with processings as (
    select * from active_processing_at(as_of := $as_of, known_at := $known_at)
),
said as (
    select
        *,
        judge(
            [
                if(status_code = 'approved', null, unmet('ongoing', rests_on := ['status'])),
                if(decided <= $as_of, null, unmet('ongoing', rests_on := [if(decided is null, 'decided', null)])),
                if(next_review < $as_of, unmet('review_overdue'), null)
            ],
            columns
        ) as judgement
    from dpias_at(as_of := $as_of, known_at := $known_at)
),
assessments as (
    select
        organisation,
        lower(processing_id) as processing_key,
        bool_or(required or coalesce(criteria, 0) >= $least_criteria) as required,
        bool_or(not required and coalesce(criteria, 0) < $least_criteria) as not_required,
        bool_or(judgement.outcome = 'met') as approved,
        string_agg(judgement.detail, ', ') filter (where judgement.outcome = 'unknown') as undecided_for,
        bool_or(status_code = 'approved' and decided <= $as_of and next_review < $as_of) as lapsed,
        bool_or(status_code is distinct from 'not_started') as begun,
        max(coalesce(next_review, date '9999-12-31')) filter (where status_code = 'approved' and decided <= $as_of)
            as next_review
    from said
    group by all
),
judged as (
    select
        p.*,
        a.next_review,
        coalesce(p.dpia_required or a.required, false) as needed,
        list_filter(['status', 'decided'], lambda field: contains(a.undecided_for, field)) as lacking,
        case
            when needed then
                case
                    when a.approved then met()
                    when a.undecided_for is not null then undecided(lacking)
                    when a.lapsed then unmet('review_overdue')
                    when a.begun then unmet('ongoing')
                    else unmet('missing')
                end
            when a.not_required or p.dpia_required = false then exempt('not_required')
            else judge([unknown('need_not_assessed', rests_on := ['dpia_required'])], p.columns)
        end as judgement
    from processings as p
    left join assessments as a
        on a.organisation = p.organisation and a.processing_key = lower(p.processing_id)
)
select
    organisation,
    unit,
    processing_id as item,
    coalesce(name, processing_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    case when needed then due_of(next_review) end as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

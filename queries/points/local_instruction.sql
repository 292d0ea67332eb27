-- what: Which requirements of the local instruction are in place.
-- grain: one row a unit and requirement
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns: columns.txt

with judged as (
    select
        *,
        -- what is dated after the day has not happened yet
        case when status_code = 'done' and confirmed > $as_of then 'ongoing' else status_code end as state,
        case
            when state = 'done' then met()
            when state = 'exempt' and comment is not null then exempt('exempt')
            when state = 'ongoing' then unmet('ongoing')
            when state = 'not_started' then unmet('not_started')
            else judge([unknown('no_information', rests_on := [if(state = 'exempt', 'comment', null)])], columns)
        end as judgement
    from local_instruction_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    coalesce(unit, '') || '/' || coalesce(requirement, '') as item,
    coalesce(requirement, unit) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(null as date) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- what: Which requirements of the local instruction are in place.
-- grain: one row a unit and requirement
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose item it is
--   unit (varchar): the unit that it belongs to, or null
--   item (varchar): its id
--   label (varchar): what a person calls it
--   outcome (varchar): met, unmet, unknown, pending or exempt
--   reason (varchar): why, as a code; null for most that are met
--   detail (varchar): what the reason names, or null
--   due (date): when the requirement falls due or lapses, or null
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that

with judged as (
    select
        *,
        -- what is dated after the day has not happened yet
        case when status_code = 'done' and confirmed > $as_of then 'ongoing' else status_code end as state,
        comment is not null as commented
    from local_instruction_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    unit || '/' || requirement as item,
    requirement as label,
    case
        when state = 'done' then 'met'
        when state = 'exempt' and commented then 'exempt'
        when state in ('ongoing', 'not_started') then 'unmet'
        else 'unknown'
    end as outcome,
    case
        when state = 'done' then null
        when state = 'exempt' and commented then 'exempt'
        when state in ('ongoing', 'not_started') then state
        else 'no_information'
    end as reason,
    cast(null as varchar) as detail,
    cast(null as date) as due,
    file,
    sheet,
    row
from judged

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
        comment is not null as commented,
        lacks(columns_read, sheet_number, 'comment') as uncommented
    from local_instruction_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    coalesce(unit, '') || '/' || coalesce(requirement, '') as item,
    coalesce(requirement, unit) as label,
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
        when state = 'exempt' and uncommented then 'column_missing'
        else 'no_information'
    end as reason,
    case when state = 'exempt' and not commented and uncommented then 'comment' end as detail,
    cast(null as date) as due,
    false as lost,
    file,
    sheet,
    row
from judged

-- what: Which systems have what is required, and have had it checked in time.
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often it is checked
-- columns: columns.txt

with dated as (
    select *, happened(checked, $as_of) as checked_by
    from new_point_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select
        organisation,
        lower(system) as system_key,
        done,
        months_after(checked_by, $interval_months) as next_check,
        columns as columns_read
    from dated
    qualify row_number() over (
        partition by organisation, lower(system)
        order by checked_by desc nulls last, sheet_number desc, row desc
    ) = 1
),
judged as (
    select
        s.*,
        l.next_check,
        case
            when s.responsibility_code = 'central' then exempt('central')
            when l.done is null then judge([unknown('no_information', rests_on := ['done'])], l.columns_read)
            when not l.done then unmet('not_done')
            when l.next_check >= $as_of then met()
            else judge([unmet('outdated', rests_on := ['checked'])], l.columns_read)
        end as judgement
    from systems_in_use_at(as_of := $as_of, known_at := $known_at) as s
    left join latest as l using (organisation, system_key)
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(next_check) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

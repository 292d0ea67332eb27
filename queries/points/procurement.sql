-- what: Which of this year's procurements went through every step of information security.
-- grain: one row a procurement of the year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns: columns.txt

with this_year as (
    select
        *,
        -- what is dated after the day has not happened yet
        case when coordinator_consulted <= $as_of then coordinator_consulted end as consulted,
        [
            case when classified is not true then 'classified' end,
            case when requirements is not true then 'requirements' end,
            case when processor_assessed is not true then 'processor_assessed' end,
            case when consulted is null then 'coordinator_consulted' end
        ] as steps
    from procurements_at(as_of := $as_of, known_at := $known_at)
    where coalesce(contract_date, announced) between date_trunc('year', $as_of) and $as_of
),
judged as (
    select
        *,
        case
            when handles_information is null then unknown('no_information')
            when not handles_information then exempt('exempt')
            when consulted > contract_date then unmet('afterwards')
            else judge([unmet('steps_missing', empty := steps)], columns)
        end as judgement,
        [if(consulted is null, 'coordinator_consulted', null)] as last_step,
        -- whoever was not asked before the contract cannot be asked before it any more, whatever else is known
        handles_information is distinct from false and contract_date < $as_of and (
            consulted > contract_date or judge([unmet('steps_missing', empty := last_step)], columns).outcome = 'unmet'
        ) as lost
    from this_year
)
select
    organisation,
    unit,
    reference as item,
    coalesce(title, reference) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(null as date) as due,
    lost,
    import_id,
    sheet,
    row
from judged

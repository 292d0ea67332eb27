-- what: Which systems with high confidentiality are encrypted in storage and in transfer.
-- grain: one row a system in use with a high level of confidentiality, or whose level is not told
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often it is checked
--   least_level (integer): the level of confidentiality from which on it is required
-- columns: columns.txt

with confidential as (
    select
        organisation,
        lower(system) as system_key,
        max(confidentiality) as highest
    from latest_classifications_at(as_of := $as_of, known_at := $known_at)
    group by all
    having highest >= $least_level or bool_or(untold('confidentiality', columns))
),
dated as (
    select *, happened(checked, $as_of) as checked_by
    from encryption_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select
        organisation,
        lower(system) as system_key,
        at_rest,
        in_transit,
        months_after(checked_by, $interval_months) as next_check,
        columns as check_columns
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
            when (c.highest >= $least_level) is not true then undecided(['confidentiality'])
            when not l.at_rest then unmet('storage')
            when not l.in_transit then unmet('transfer')
            when l.at_rest is null then judge([unknown('no_information', rests_on := ['at_rest'])], l.check_columns)
            when l.in_transit is null
                then judge([unknown('no_information', rests_on := ['in_transit'])], l.check_columns)
            when l.next_check >= $as_of then met()
            else judge([unmet('outdated', rests_on := ['checked'])], l.check_columns)
        end as judgement
    from systems_in_use_at(as_of := $as_of, known_at := $known_at) as s
    inner join confidential as c using (organisation, system_key)
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

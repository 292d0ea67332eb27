-- what: Which critical systems have a continuity plan that was exercised in time.
-- grain: one row a system in use that is critical, or of which nobody has said whether it is
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often a plan is exercised
--   critical (varchar[]): what a critical system has in its cell, and nothing else
--   critical_parts (varchar[]): what stands in the cell of a critical system, without a denial before it
--   other (varchar[]): what the cell of one that is not critical has, and nothing else
--   denied_parts (varchar[]): what makes it not critical where a denial stands before it
--   denials (varchar[]): the words that deny
-- columns: columns.txt

with systems as (
    select
        *,
        list_contains($critical, lower(criticality)) or says(criticality, $critical_parts, $denials) as critical,
        list_contains($other, lower(criticality)) or denies(criticality, $denied_parts, $denials) as other
    from systems_described_at(as_of := $as_of, known_at := $known_at)
),
dated as (
    select *, happened(tested, $as_of) as tested_by
    from continuity_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select
        organisation,
        lower(system) as system_key,
        plan,
        months_after(tested_by, $interval_months) as next_exercise,
        columns as plan_columns
    from dated
    qualify row_number() over (
        partition by organisation, lower(system)
        order by tested_by desc nulls last, sheet_number desc, row desc
    ) = 1
),
judged as (
    select
        s.*,
        l.next_exercise,
        case
            when s.responsibility_code = 'central' then exempt('central')
            when s.critical is not true
                then judge([unknown('criticality_unknown', rests_on := ['criticality'])], s.columns)
            when l.system_key is null then unmet('plan_missing')
            when l.plan is null then judge([unknown('no_information', rests_on := ['plan'])], l.plan_columns)
            when not l.plan then unmet('plan_missing')
            when l.next_exercise >= $as_of then met()
            when l.next_exercise is not null then unmet('outdated')
            else judge([unmet('never_tested', rests_on := ['tested'])], l.plan_columns)
        end as judgement
    from systems as s
    left join latest as l using (organisation, system_key)
    where s.critical or s.other is not true
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(next_exercise) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

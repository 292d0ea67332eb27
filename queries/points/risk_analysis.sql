-- what: Which systems have a current risk analysis.
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   validity_months (integer): how long a risk analysis is current
-- columns: columns.txt

with systems as (
    select * from systems_in_use_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select organisation, lower(system) as system_key, months_after(max(analysed), $validity_months) as valid_until
    from risk_analyses_at(as_of := $as_of, known_at := $known_at)
    where analysed <= $as_of
    group by all
),
exports as (
    select distinct organisation
    from chosen_imports('risk_analyses', as_of := $as_of, known_at := $known_at)
),
judged as (
    select
        s.*,
        l.valid_until,
        case
            when s.responsibility_code = 'central' then exempt('central')
            when l.valid_until >= $as_of then met()
            when l.valid_until is not null then unmet('outdated')
            when s.risk_analysed_last_year then met('register_says_yes')
            when s.risk_analysed_last_year = false then unmet('not_analysed')
            when e.organisation is not null then unmet('not_analysed')
            else judge([unknown('no_information', rests_on := ['risk_analysed_last_year'])], s.columns)
        end as judgement
    from systems as s
    left join latest as l using (organisation, system_key)
    left join exports as e using (organisation)
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(valid_until) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

-- what: Which systems with personal data, or with information that is sensitive, have strong authentication.
-- grain: one row a system in use with personal data or a high level of confidentiality, or that may have it
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often it is checked
--   least_level (integer): the level of confidentiality from which on it is required
-- columns: columns.txt

with confidentiality as (
    select
        organisation,
        lower(system) as system_key,
        max(confidentiality) as level,
        bool_or(untold('confidentiality', columns)) as level_untold
    from latest_classifications_at(as_of := $as_of, known_at := $known_at)
    group by all
),
dated as (
    select *, happened(checked, $as_of) as checked_by
    from authentication_at(as_of := $as_of, known_at := $known_at)
),
latest as (
    select
        organisation,
        lower(system) as system_key,
        mfa,
        exception_until,
        months_after(checked_by, $interval_months) as next_check,
        columns as check_columns
    from dated
    qualify row_number() over (
        partition by organisation, lower(system)
        order by checked_by desc nulls last, sheet_number desc, row desc
    ) = 1
),
chosen as (
    select s.*, c.level_untold, coalesce(s.personal_data or c.level >= $least_level, false) as required
    from systems_in_use_at(as_of := $as_of, known_at := $known_at) as s
    left join confidentiality as c using (organisation, system_key)
),
judged as (
    select
        s.*,
        l.next_check,
        l.exception_until,
        case
            when s.responsibility_code = 'central' then exempt('central')
            when not s.required and untold('personal_data', s.columns) then undecided(['personal_data'])
            when not s.required then undecided(['confidentiality'])
            when l.mfa is null then judge([unknown('no_information', rests_on := ['mfa'])], l.check_columns)
            when not l.mfa and l.exception_until >= $as_of then exempt('exception')
            when not l.mfa then unmet('no_strong_authentication')
            when l.next_check >= $as_of then met()
            else judge([unmet('outdated', rests_on := ['checked'])], l.check_columns)
        end as judgement
    from chosen as s
    left join latest as l using (organisation, system_key)
    where s.required or untold('personal_data', s.columns) or s.level_untold
)
select
    organisation,
    unit,
    system as item,
    system as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    due_of(case when judgement.reason = 'exception' then exception_until else next_check end) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged

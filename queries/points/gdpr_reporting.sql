-- what: Which of this year's notifiable breaches were notified in time.
-- grain: one row a personal data breach of the year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   limit_hours (integer): within how many elapsed hours a breach is notified
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

with this_year as (
    select
        *,
        cast(aware as date) as aware_on,
        -- what is dated after the day has not happened yet
        case when cast(notified as date) <= $as_of then notified end as sent
    from breaches_at(as_of := $as_of, known_at := $known_at)
    where cast(aware as date) between date_trunc('year', $as_of) and $as_of
),
measured as (
    select
        *,
        case when notifiable is null and sent is not null then true else notifiable end as counts,
        has_time(aware) and has_time(sent) as timed,
        cast(sent as date) - aware_on as days,
        elapsed_hours(aware, sent) as hours,
        case
            when has_time(aware)
                then elapsed_hours(aware, cast($as_of + 1 as timestamp)) <= $limit_hours
            else $as_of - aware_on <= $limit_hours // 24 - 1
        end as still_time
    from this_year
),
judged as (
    select
        *,
        case
            when notifiable = false and not_notified_reason is not null then 'exempt:not_notifiable'
            when notifiable = false then 'unmet:no_reason'
            when sent is not null and (case when timed then sent < aware else days < 0 end)
                then 'unknown:dates_contradict'
            when sent is not null and timed and hours <= $limit_hours then 'met:'
            when sent is not null and timed then 'unmet:late'
            when sent is not null and days <= $limit_hours // 24 - 1 then 'met:'
            when sent is not null and days >= $limit_hours // 24 + 1 then 'unmet:late'
            when sent is not null then 'unknown:time_missing'
            when still_time then 'pending:not_due'
            when counts then 'unmet:not_notified'
            else 'unmet:not_assessed'
        end as judgement
    from measured
)
select
    organisation,
    unit,
    breach_id as item,
    coalesce(type, breach_id) as label,
    split_part(judgement, ':', 1) as outcome,
    nullif(split_part(judgement, ':', 2), '') as reason,
    cast(null as varchar) as detail,
    case
        when has_time(aware) then local_day(instant(aware) + to_hours($limit_hours))
        else cast(aware_on + $limit_hours // 24 as date)
    end as due,
    file,
    sheet,
    row
from judged

-- what: Which of this year's notifiable breaches were notified in time.
-- grain: one row a personal data breach of the year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   limit_hours (integer): within how many elapsed hours a breach is notified
-- columns: columns.txt

with judged as (
    select
        *,
        without_column(
            [case when notifiable is null then 'notifiable' end, case when notified is null then 'notified' end],
            columns_read, sheet_number
        ) as lacking,
        case
            when notifiable = false and not_notified_reason is not null then exempt('not_notifiable')
            when notifiable = false and lacks(columns_read, sheet_number, 'not_notified_reason')
                then unknown('column_missing', 'not_notified_reason')
            when notifiable = false then unmet('no_reason')
            when sent_before(aware, sent) then unknown('dates_contradict')
            when sent_in_time(aware, sent, $limit_hours) then met()
            when not sent_in_time(aware, sent, $limit_hours) then unmet('late')
            when sent is not null then unknown('time_missing')
            when still_time(aware, $limit_hours, $as_of) then pending('not_due')
            when lacking is not null then unknown('column_missing', lacking)
            when notifiable then unmet('not_notified')
            else unmet('not_assessed')
        end as judgement
    from aware_at(as_of := $as_of, known_at := $known_at)
    where this_year
)
select
    organisation,
    unit,
    breach_id as item,
    coalesce(type, breach_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    deadline_day(aware, $limit_hours) as due,
    judgement.reason in ('late', 'not_notified') as lost,
    import_id,
    sheet,
    row
from judged

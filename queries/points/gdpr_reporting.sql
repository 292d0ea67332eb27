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
        [if(notifiable is null, 'notifiable', null), if(notified is null, 'notified', null)] as empty,
        case
            when notifiable = false and not_notified_reason is not null then exempt('not_notifiable')
            when notifiable = false then judge([unmet('no_reason', rests_on := ['not_notified_reason'])], columns)
            when sent_before(aware, sent) then unknown('dates_contradict')
            when sent_in_time(aware, sent, $limit_hours) then met()
            when not sent_in_time(aware, sent, $limit_hours) then unmet('late')
            when sent is not null then unknown('time_missing')
            when still_time(aware, $limit_hours, $as_of) then pending('not_due')
            else judge(
                [if(notifiable, unmet('not_notified', rests_on := empty), unmet('not_assessed', rests_on := empty))],
                columns
            )
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

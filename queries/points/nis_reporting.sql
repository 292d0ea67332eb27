-- what: Which reports of this year's significant incidents were sent in time.
-- grain: one row a significant incident of the year and stage; one row an incident that nobody has assessed
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   stages (struct(valid_from date, valid_to date, stage varchar, limit_hours integer, limit_months integer)[]): what the law in force on the day of discovery requires
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
        cast(discovered as date) as discovered_on,
        case when cast(early_warning as date) <= $as_of then early_warning end as early_warning_sent,
        case when cast(notification as date) <= $as_of then notification end as notification_sent,
        case when cast(progress_report as date) <= $as_of then progress_report end as progress_report_sent,
        case when cast(final_report as date) <= $as_of then final_report end as final_report_sent,
        case when closed <= $as_of then closed end as closed_on
    from incidents_at(as_of := $as_of, known_at := $known_at)
    where cast(discovered as date) between date_trunc('year', $as_of) and $as_of
),
required as (
    select
        i.*,
        s.stage,
        s.limit_hours,
        s.limit_months,
        case s.stage
            when 'early_warning' then early_warning_sent
            when 'notification' then notification_sent
            else final_report_sent
        end as sent
    from this_year as i
    inner join (select unnest($stages, recursive := true)) as s
        on i.discovered_on between s.valid_from and s.valid_to
    where i.significant and (s.stage <> 'final_report' or i.notification_sent is not null)
),
limited as (
    select
        *,
        has_time(discovered) and has_time(sent) as timed,
        cast(sent as date) - discovered_on as days,
        limit_hours / 24 as limit_days,
        elapsed_hours(discovered, sent) as hours,
        months_after(cast(notification_sent as date), limit_months) as first_due
    from required
),
extended as (
    select
        *,
        case
            when cast(progress_report_sent as date) <= first_due and closed_on is null then date '9999-12-31'
            when cast(progress_report_sent as date) <= first_due then months_after(closed_on, limit_months)
            else first_due
        end as final_due
    from limited
),
judged as (
    select
        *,
        case
            when sent is not null and (case when timed then sent < discovered else days < 0 end)
                then 'unknown:dates_contradict'
            when stage = 'final_report' and sent is not null
                then case when cast(sent as date) <= final_due then 'met:' else 'unmet:late' end
            when stage = 'final_report'
                then case when $as_of <= final_due then 'pending:not_due' else 'unmet:not_sent' end
            when sent is not null and timed then case when hours <= limit_hours then 'met:' else 'unmet:late' end
            when sent is not null and days <= limit_days - 1 then 'met:'
            when sent is not null and days >= limit_days + 1 then 'unmet:late'
            when sent is not null then 'unknown:time_missing'
            when has_time(discovered) and elapsed_hours(discovered, cast($as_of + 1 as timestamp)) <= limit_hours
                then 'pending:not_due'
            when not has_time(discovered) and $as_of - discovered_on <= limit_days - 1 then 'pending:not_due'
            else 'unmet:not_sent'
        end as judgement,
        case
            when stage = 'final_report' then due_of(final_due)
            when has_time(discovered) then local_day(instant(discovered) + to_hours(limit_hours))
            else cast(discovered_on + limit_hours // 24 as date)
        end as due
    from extended
),
unassessed as (
    select i.*
    from this_year as i
    where i.significant is null
        and exists (
            select 1
            from import_columns as c
            where c.import_id = i.import_id and c.field = 'significant'
        )
)
select
    organisation,
    unit,
    incident_id || '/' || stage as item,
    coalesce(title, incident_id) as label,
    split_part(judgement, ':', 1) as outcome,
    nullif(split_part(judgement, ':', 2), '') as reason,
    cast(null as varchar) as detail,
    due,
    file,
    sheet,
    row
from judged
union all
select
    organisation,
    unit,
    incident_id,
    coalesce(title, incident_id),
    'unknown',
    'not_assessed',
    cast(null as varchar),
    cast(null as date),
    file,
    sheet,
    row
from unassessed

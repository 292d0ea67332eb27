-- Every report that a breach or a significant incident requires: when it was sent, or when its time limit runs out. One
-- row per report, and one per incident that has not been assessed; untold where the export has no column that tells
-- whether it was required, or sent. The items of points 12 and 13 precede it as `breach_items` and `incident_items`;
-- they decide what was in time.
, required as (
    select
        'breach' as duty,
        organisation,
        unit,
        breach_id as id,
        breach_id as item,
        type as label,
        aware as began,
        sent,
        $limit_hours as limit_hours,
        0 as limit_months,
        cast(null as date) as month_from,
        cast(null as date) as last_day,
        notifiable is not null as assessed,
        [
            case when notifiable is null then 'notifiable' end,
            case when decided is null then 'decided' end,
            case when affected is null then 'affected' end,
            case when informed is null then 'informed' end,
            case when type is null then 'type' end,
            case when delay_reason is null then 'delay_reason' end
        ] as gaps,
        sent is null
        and (
            untold('notified', columns)
            or (notifiable is null and untold('notifiable', columns))
        ) as untold,
        columns,
        cast(null as timestamp) as early_warning,
        cast(null as timestamp) as notification,
        cast(null as timestamp) as progress_report,
        import_id,
        sheet,
        row
    from aware_at(as_of := $as_of, known_at := $known_at)
    where notifiable is distinct from false
    union all
    select
        stage,
        organisation,
        unit,
        incident_id,
        incident_id || '/' || stage,
        title,
        discovered,
        sent,
        limit_hours,
        limit_months,
        month_from,
        last_day,
        true,
        [
            case when stage <> 'final_report' and severity is null then 'severity' end,
            case when stage <> 'final_report' and system is null then 'system' end,
            case when stage = 'final_report' and cause is null then 'cause' end,
            case when stage <> 'early_warning' and action is null then 'action' end
        ],
        sent is null and untold(stage, columns),
        columns,
        case when stage <> 'early_warning' then early_warning_sent end,
        case when stage <> 'notification' then notification_sent end,
        progress_report_sent,
        import_id,
        sheet,
        row
    from incident_reports_at(as_of := $as_of, known_at := $known_at, stages := $stages)
    union all
    select
        'assessment',
        organisation,
        unit,
        incident_id,
        incident_id,
        title,
        discovered,
        null,
        null,
        0,
        null,
        null,
        false,
        [],
        false,
        columns,
        null,
        null,
        null,
        import_id,
        sheet,
        row
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where significant is null
),
limited as (
    select
        * exclude (last_day),
        cast(began as date) as began_on,
        began_on >= date_trunc('year', $as_of) as this_year,
        case when limit_months = 0 then deadline_of(began, limit_hours) end as deadline,
        case
            when limit_months > 0 then last_day
            -- with a limit of less than a day, only the day of discovery can be in time
            when limit_hours < 24 and not has_time(began) then cast(began as date)
            when not has_time(began) then cast(began as date) + limit_hours // 24 - 1
        end as last_day
    from required
),
items as (
    select * from breach_items
    union all
    select * from incident_items
),
judged as (
    select n.*, i.outcome, i.reason
    from limited as n
    left join items as i
        on i.import_id = n.import_id and i.sheet is not distinct from n.sheet and i.row = n.row and i.item = n.item
        and n.this_year
        -- a breach that need not be notified is no duty
        and (i.reason is null or i.reason not in ('not_notifiable', 'no_reason'))
    -- what began in an earlier year is no item of this year's points: it is listed for some months after its time limit
    where i.outcome is not null
        or (
            n.duty <> 'assessment'
            and n.sent is null
            and coalesce(local_day(n.deadline), n.last_day, $as_of) >= months_after($as_of, -$kept_months)
        )
),
called as (
    select *, renamed('unit', unit, $as_of, $known_at) as unit_called
    from judged
),
placed as (
    select c.*, u.department, coalesce(u.unit, c.unit_called) as unit_now
    from called as c
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = c.organisation and u.unit_key = lower(c.unit_called)
    where c.organisation = $organisation
)
select
    duty,
    id,
    item,
    label,
    unit_now as unit,
    began,
    sent,
    limit_hours,
    limit_months,
    month_from,
    deadline at time zone 'UTC' as deadline,
    last_day,
    timed_hours(began, sent) as hours,
    cast(sent as date) - coalesce(month_from, began_on) as days,
    assessed,
    untold,
    with_column(gaps, columns) as gaps,
    early_warning,
    notification,
    progress_report,
    outcome,
    reason
from placed
where ($department is null or department = $department) and ($unit is null or unit_now = $unit)
order by coalesce(deadline at time zone 'UTC', cast(last_day + 1 as timestamp)), id collate sv, duty

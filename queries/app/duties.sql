-- Every report that a breach or a significant incident requires: when it was sent, else when its clock runs out. The items of points 12 and 13 stand before it as `breach_items` and `incident_items`, and say what was in time. One row a report, and one an incident that nobody has assessed.
, incidents as (
    select
        *,
        cast(discovered as date) as discovered_on,
        -- what is dated after the day has not happened yet
        case when cast(early_warning as date) <= $as_of then early_warning end as early_warning_sent,
        case when cast(notification as date) <= $as_of then notification end as notification_sent,
        case when cast(progress_report as date) <= $as_of then progress_report end as progress_report_sent,
        case when cast(final_report as date) <= $as_of then final_report end as final_report_sent,
        case when closed <= $as_of then closed end as closed_on
    from incidents_at(as_of := $as_of, known_at := $known_at)
    where cast(discovered as date) <= $as_of
),
staged as (
    select
        i.*,
        s.stage,
        s.limit_hours,
        s.limit_months,
        coalesce(
            cast(progress_report_sent as date) <= months_after(cast(notification_sent as date), s.limit_months), false
        ) as extended
    from incidents as i
    inner join (select unnest($stages, recursive := true)) as s
        on i.discovered_on between s.valid_from and s.valid_to
    where i.significant and (s.stage <> 'final_report' or i.notification_sent is not null)
),
required as (
    select
        'breach' as duty,
        organisation,
        unit,
        breach_id as id,
        breach_id as item,
        type as label,
        aware as began,
        case when cast(notified as date) <= $as_of then notified end as sent,
        $limit_hours as limit_hours,
        0 as limit_months,
        cast(null as date) as month_from,
        notifiable is not null as assessed,
        [
            case when notifiable is null then 'notifiable' end,
            case when decided is null then 'decided' end,
            case when affected is null then 'affected' end,
            case when informed is null then 'informed' end,
            case when type is null then 'type' end,
            case when delay_reason is null then 'delay_reason' end
        ] as gaps,
        cast(null as timestamp) as early_warning,
        cast(null as timestamp) as notification,
        cast(null as timestamp) as progress_report,
        file,
        sheet,
        row
    from breaches_at(as_of := $as_of, known_at := $known_at)
    where notifiable is distinct from false and cast(aware as date) <= $as_of
    union all
    select
        stage,
        organisation,
        unit,
        incident_id,
        incident_id || '/' || stage,
        title,
        discovered,
        case stage
            when 'early_warning' then early_warning_sent
            when 'notification' then notification_sent
            else final_report_sent
        end,
        limit_hours,
        limit_months,
        case
            when limit_months = 0 then null
            when extended then closed_on
            else cast(notification_sent as date)
        end,
        true,
        [
            case when stage <> 'final_report' and severity is null then 'severity' end,
            case when stage <> 'final_report' and system is null then 'system' end,
            case when stage = 'final_report' and cause is null then 'cause' end,
            case when stage <> 'early_warning' and action is null then 'action' end
        ],
        case when stage <> 'early_warning' then early_warning_sent end,
        case when stage <> 'notification' then notification_sent end,
        progress_report_sent,
        file,
        sheet,
        row
    from staged
),
limited as (
    select
        *,
        cast(began as date) as began_on,
        has_time(began) and has_time(sent) as timed,
        case
            when limit_months = 0 and has_time(began) then instant(began) + to_hours(limit_hours)
        end as deadline,
        case
            when limit_months > 0 then months_after(month_from, limit_months)
            when not has_time(began) then cast(began as date) + cast(floor(limit_hours / 24) as integer) - 1
        end as last_day
    from required
),
judged as (
    select l.*, j.outcome, j.reason
    from limited as l
    left join (select * from breach_items union all select * from incident_items) as j
        on j.organisation = l.organisation
        and j.item = l.item
        and j.file = l.file
        and j.sheet is not distinct from l.sheet
        and j.row = l.row
    -- a clock of the year before that goes on into this one is no item of this year's points
    where j.item is not null
        or (
            l.sent is null
            and (
                coalesce(local_day(l.deadline), l.last_day) >= date_trunc('year', $as_of)
                or (l.deadline is null and l.last_day is null)
            )
        )
    union all by name
    select
        'assessment' as duty,
        i.organisation,
        i.unit,
        i.incident_id as id,
        j.item,
        i.title as label,
        i.discovered as began,
        false as assessed,
        j.outcome,
        j.reason
    from incident_items as j
    inner join incidents as i
        on i.organisation = j.organisation
        and i.incident_id = j.item
        and i.file = j.file
        and i.sheet is not distinct from j.sheet
        and i.row = j.row
    where j.reason = 'not_assessed'
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
    case when timed then elapsed_hours(began, sent) end as hours,
    cast(sent as date) - coalesce(month_from, began_on) as days,
    assessed,
    list_filter(gaps, lambda gap: gap is not null) as gaps,
    early_warning,
    notification,
    progress_report,
    outcome,
    reason
from placed
where ($department is null or department = $department) and ($unit is null or unit_now = $unit)
order by coalesce(deadline at time zone 'UTC', cast(last_day + 1 as timestamp)), id collate sv, duty

-- what: Which audits of suppliers planned this year were done in time and left no serious finding open.
-- grain: one row an audit planned this year
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   grace_days (integer): how long after the planned day an audit may be done
-- columns: columns.txt

with open_findings as (
    select
        organisation,
        lower(audit_id) as audit_key,
        left(
            string_agg(finding_id, ', ' order by lower(finding_id)) filter (where told(closed, 'closed', columns)), 500
        ) as finding_ids
    from audit_findings_at(as_of := $as_of, known_at := $known_at)
    where severity_code = 'serious' and (closed is null or closed > $as_of)
    group by organisation, lower(audit_id)
),
planned as (
    select *, happened(done, $as_of) as done_by, planned + to_days($grace_days) as last_day
    from supplier_audits_at(as_of := $as_of, known_at := $known_at)
    where date_trunc('year', planned) = date_trunc('year', $as_of)
),
judged as (
    select
        p.*,
        case
            when p.status_code = 'cancelled' then exempt('cancelled')
            when p.done_by > p.last_day then unmet('late')
            when p.done_by is not null and f.finding_ids is not null then unmet('finding_open', f.finding_ids)
            when p.done_by is not null and f.audit_key is not null then undecided(['closed'])
            when p.done_by is not null then met()
            when p.last_day >= $as_of then pending('not_due')
            else judge([unmet('late', rests_on := ['done'])], p.columns)
        end as judgement
    from planned as p
    left join open_findings as f on f.organisation = p.organisation and f.audit_key = lower(p.audit_id)
)
select
    organisation,
    unit,
    audit_id as item,
    supplier as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(last_day as date) as due,
    judgement.reason = 'late' as lost,
    import_id,
    sheet,
    row
from judged

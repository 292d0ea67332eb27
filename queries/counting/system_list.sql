-- Every system in use, with its outcome for each requirement (null without a needed export, none where nothing is
-- required) and its gaps. A late action is a gap of the plan alone. The items of points 4, 5, 7 and 10 are attached as
-- relations.
with exports as (
    select
        organisation,
        bool_or(source = 'classification_actions') as plans,
        bool_or(source = 'processing') as processings,
        bool_or(source = 'processors') as agreements
    from imports_at(as_of := $as_of, known_at := $known_at)
    group by organisation
),
suppliers as (
    select
        organisation,
        lower(system) as system_key,
        lower(first(supplier order by import_id, sheet_number, row) filter (where supplier is not null))
            as supplier_key
    from systems_at(as_of := $as_of, known_at := $known_at)
    where lifecycle_code is null
    group by organisation, lower(system)
),
plans as (
    select
        organisation,
        system_key,
        count(*) as actions,
        count(*) filter (where state = 'late') as overdue,
        count(*) filter (where not lateness_told) as untold
    from planned_actions_at(as_of := $as_of, known_at := $known_at)
    group by organisation, system_key
),
recorded as (
    select distinct organisation, system_key
    from processed_systems_at(as_of := $as_of, known_at := $known_at)
),
agreements as (
    select
        a.organisation,
        lower(a.supplier) as supplier_key,
        a.service,
        i.outcome,
        -- one that is past its day and met renews automatically
        if(i.outcome = 'met' and a.valid_to < $as_of, 'renews', i.reason) as reason,
        -- one that is met is enough; otherwise the first decides
        {
            'rank': list_position(['met', 'unmet', 'unknown', 'exempt'], i.outcome),
            'renewed': a.valid_to < $as_of,
            'id': lower(a.agreement_id)
        } as standing
    from processors_at(as_of := $as_of, known_at := $known_at) as a
    inner join processor_agreements_items as i
        on i.import_id = a.import_id and i.sheet is not distinct from a.sheet and i.row = a.row
        and i.item = a.agreement_id
),
served as (
    select
        organisation,
        lower(renamed('system', system, $as_of, $known_at)) as system_key,
        first(outcome order by standing) as outcome,
        first(reason order by standing) as reason
    from (select *, trim(unnest(string_split_regex(service, '[,;]') || [service])) as system from agreements)
    group by organisation, lower(renamed('system', system, $as_of, $known_at))
),
supplied as (
    select
        organisation,
        supplier_key,
        first(outcome order by standing) as outcome,
        first(reason order by standing) as reason
    from agreements
    group by organisation, supplier_key
),
combined as (
    select
        four.organisation,
        four.department,
        four.unit,
        four.item as system,
        s.object_leader,
        s.object_leader is not null as led,
        told(s.object_leader, 'object_leader', s.columns) as leader_told,
        s.personal_data,
        told(s.personal_data, 'personal_data', s.columns) as personal_data_told,
        coalesce(p.actions, 0) as actions,
        coalesce(p.overdue, 0) as overdue,
        coalesce(p.untold, 0) as untold,
        r.system_key is not null as processed,
        r.system_key is not null or w.organisation is null as processed_told,
        d.organisation is not null or not untold('supplier', s.columns) as supplier_told,
        -- what no column tells is no gap
        case
            when four.reason = 'action_overdue' then 'met'
            when four.reason is distinct from 'column_missing' then four.outcome
        end as classification_outcome,
        nullif(four.reason, 'action_overdue') as classification_reason,
        case when four.reason is distinct from 'action_overdue' then four.due end as classification_due,
        case when five.reason is distinct from 'column_missing' then five.outcome end as risk_analysis_outcome,
        five.reason as risk_analysis_reason,
        five.due as risk_analysis_due,
        seven.outcome as access_outcome,
        seven.reason as access_reason,
        seven.due as access_due,
        case when v.outcome is not null then v.reason else d.reason end as agreed_reason,
        case when agreed_reason is distinct from 'column_missing' then coalesce(v.outcome, d.outcome) end
            as agreement_found,
        coalesce(e.plans, false) as with_plans,
        coalesce(e.processings, false) as with_processings,
        coalesce(e.agreements, false) as with_agreements,
        four.file,
        four.sheet,
        four.row
    from classification_items as four
    inner join systems_in_use_at(as_of := $as_of, known_at := $known_at) as s
        on s.organisation = four.organisation and s.system_key = lower(four.item)
    left join risk_analysis_items as five on five.organisation = four.organisation and five.item = four.item
    left join access_items as seven on seven.organisation = four.organisation and seven.item = four.item
    left join exports as e on e.organisation = four.organisation
    left join suppliers as u on u.organisation = four.organisation and u.system_key = s.system_key
    left join plans as p on p.organisation = four.organisation and p.system_key = s.system_key
    left join recorded as r on r.organisation = four.organisation and r.system_key = s.system_key
    left join recorded as w on w.organisation = four.organisation and w.system_key is null
    left join served as v on v.organisation = four.organisation and v.system_key = s.system_key
    left join supplied as d on d.organisation = four.organisation and d.supplier_key = u.supplier_key
),
judged as (
    select
        *,
        case when led then 'met' when leader_told then 'unmet' end as leader_outcome,
        case
            when not with_plans then null
            when classification_outcome = 'exempt' then 'exempt'
            when overdue > 0 then 'unmet'
            when untold > 0 then null
            when actions > 0 then 'met'
            else 'none'
        end as plan_outcome,
        case
            when not with_processings then null
            when processed then 'met'
            when not processed_told or not personal_data_told then null
            when personal_data then 'unmet'
            else 'none'
        end as processing_outcome,
        case
            when not with_agreements then null
            when agreement_found = 'met' then 'met'
            when classification_outcome = 'exempt' then 'exempt'
            when agreement_found is not null then agreement_found
            when not supplier_told or not personal_data_told or agreed_reason = 'column_missing' then null
            when personal_data then 'unknown'
            else 'none'
        end as agreement_outcome,
        [
            leader_outcome, classification_outcome, plan_outcome, risk_analysis_outcome, access_outcome,
            processing_outcome, agreement_outcome
        ] as outcomes
    from combined
)
select
    organisation,
    department,
    unit,
    system,
    object_leader,
    personal_data,
    actions,
    overdue,
    leader_outcome,
    if(leader_outcome is null, 'column_missing', null) as leader_reason,
    cast(null as date) as leader_due,
    classification_outcome,
    classification_reason,
    classification_due,
    plan_outcome,
    case when plan_outcome = 'exempt' then 'central' when plan_outcome is null and with_plans then 'column_missing' end
        as plan_reason,
    cast(null as date) as plan_due,
    risk_analysis_outcome,
    risk_analysis_reason,
    risk_analysis_due,
    access_outcome,
    access_reason,
    access_due,
    processing_outcome,
    case
        when processing_outcome = 'none' and personal_data is null then 'not_said'
        when processing_outcome is null and with_processings then 'column_missing'
    end as processing_reason,
    cast(null as date) as processing_due,
    agreement_outcome,
    case
        when agreement_outcome is null and with_agreements then 'column_missing'
        when agreement_outcome = 'exempt' and classification_outcome = 'exempt' then 'central'
        when agreement_outcome = 'unknown' and agreement_found is null then 'none_found'
        when agreement_outcome = 'none' and personal_data is null then 'not_said'
        else agreed_reason
    end as agreement_reason,
    cast(null as date) as agreement_due,
    len(list_filter(outcomes, lambda outcome: outcome in ('unmet', 'unknown'))) as gaps,
    file,
    sheet,
    row
from judged
order by
    organisation collate sv,
    gaps desc,
    len(list_filter(outcomes, lambda outcome: outcome = 'unmet')) desc,
    system collate sv,
    system

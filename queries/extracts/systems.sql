-- what: Everything that is known of each system of the register, also those not in use.
-- grain: one row per system, whatever its case
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   classification_validity_months (integer): how long a classification is valid
-- columns:
--   organisation (varchar): whose it is
--   department (varchar): the department of its unit, or empty
--   unit (varchar): the unit that it belongs to, or empty
--   system (varchar): its name
--   system_id (varchar): its id in the register
--   object (varchar): the management object that it belongs to
--   object_owner (varchar): who owns that
--   object_leader (varchar): who leads it
--   supplier (varchar): who supplies the system
--   lifecycle (varchar): where it is in its life, as the export has it
--   in_use (boolean): whether it counts as in use
--   responsibility (varchar): central or local; empty where the register does not say
--   criticality (varchar): how critical it is, as the export has it
--   handles_personal_data (boolean): whether it handles personal data
--   confidentiality (tinyint): the highest level of the latest classification
--   integrity (tinyint): the same
--   availability (tinyint): the same
--   classified (date): the day of the latest classification
--   classification_valid_to (date): the last day that it is valid; empty where there is none
--   actions_open (bigint): actions of its plan that are not done; empty where no export says
--   actions_overdue (bigint): of those, actions that were due before the day; likewise
--   risk_analysed (date): the day of the latest risk analysis
--   highest_risk (double): the highest risk value in that
--   access_reviewed (date): the day of the latest access review
--   accounts_removed (double): accounts removed at that
--   processings (bigint): active processings that name it; empty where no export says
--   agreements (bigint): processor agreements with its supplier, but those not applicable; likewise
--   incidents (bigint): incidents discovered this year that name it; likewise
--   classification (varchar): its outcome in point 4; empty where it is not in use
--   risk_analysis (varchar): its outcome in point 5
--   access (varchar): its outcome in point 7
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point that it is about; empty, since it is about none or several
--   import_id (integer): the number of the import that it came from

with exports as (
    select
        organisation,
        bool_or(source = 'classification_actions') as plans,
        bool_or(source = 'processing') as processings,
        bool_or(source = 'processors') as agreements,
        bool_or(source = 'incidents') as incidents
    from imports_at(as_of := $as_of, known_at := $known_at)
    group by organisation
),
numbered as (
    select
        * replace (renamed('unit', unit, $as_of, $known_at) as unit),
        lower(system) as system_key,
        row_number() over (order by import_id, sheet_number, row) as place
    from systems_at(as_of := $as_of, known_at := $known_at)
    -- if any row of the system is in use, only such rows describe it, as in points 4, 5 and 7
    qualify lifecycle_code is null
        or bool_and(lifecycle_code is not null) over (partition by organisation, lower(system))
),
listed as (
    select
        organisation,
        system_key,
        -- the first filled value
        arg_min(system, place) as system,
        arg_min(system_id, place) as system_id,
        arg_min(unit, place) as unit,
        arg_min(object, place) as object,
        arg_min(object_owner, place) as object_owner,
        arg_min(object_leader, place) as object_leader,
        arg_min(supplier, place) as supplier,
        bool_or(told(supplier, 'supplier', columns)) as supplier_told,
        arg_min(lifecycle, place) as lifecycle,
        arg_min(lifecycle_code is null, place) as in_use,
        -- an unknown word is a filled value
        arg_min_null(responsibility_code, place) filter (where responsibility is not null) as responsibility,
        arg_min(criticality, place) as criticality,
        arg_min(personal_data, place) as handles_personal_data,
        arg_min(file, place) as file,
        arg_min(sheet, place) as sheet,
        arg_min(row, place) as row,
        arg_min(import_id, place) as import_id
    from numbered
    group by organisation, system_key
),
classified as (
    select
        organisation,
        lower(system) as system_key,
        classified,
        max(confidentiality) as confidentiality,
        max(integrity) as integrity,
        max(availability) as availability,
        min(least(months_after(classified, $classification_validity_months), valid_to)) as classification_valid_to
    from latest_classifications_at(as_of := $as_of, known_at := $known_at)
    group by all
),
actions as (
    select
        organisation,
        system_key,
        count(*) filter (where state in ('open', 'late')) as actions_open,
        count(*) filter (where state = 'late') as actions_overdue,
        bool_and(state in ('late', 'open', 'done')) as state_told,
        bool_and(lateness_told) as lateness_told
    from planned_actions_at(as_of := $as_of, known_at := $known_at)
    group by all
),
risks as (
    select organisation, system_key, analysed as risk_analysed, max(risk_value) as highest_risk
    from risks_at(as_of := $as_of, known_at := $known_at)
    where latest
    group by all
),
reviews as (
    select
        organisation,
        lower(system) as system_key,
        reviewed as access_reviewed,
        sum(accounts_removed) as accounts_removed
    from (
        select *
        from access_reviews_at(as_of := $as_of, known_at := $known_at)
        where reviewed <= $as_of
        qualify rank() over (partition by organisation, lower(system) order by reviewed desc) = 1
    )
    group by all
),
recorded as (
    select organisation, system_key, count(distinct processing_id) as processings
    from processed_systems_at(as_of := $as_of, known_at := $known_at)
    group by all
),
supplier_agreements as (
    select organisation, lower(supplier) as supplier_key, count(*) as agreements
    from processors_at(as_of := $as_of, known_at := $known_at)
    where status_code is distinct from 'not_applicable'
    group by all
),
system_incidents as (
    select
        organisation,
        lower(renamed('system', system, $as_of, $known_at)) as system_key,
        count(*) as incidents,
        bool_and(told(system, 'system', columns)) as told
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
    group by all
)
select
    s.organisation,
    u.department,
    coalesce(u.unit, s.unit) as unit,
    s.system,
    s.system_id,
    s.object,
    s.object_owner,
    s.object_leader,
    s.supplier,
    s.lifecycle,
    s.in_use,
    s.responsibility,
    s.criticality,
    s.handles_personal_data,
    c.confidentiality,
    c.integrity,
    c.availability,
    c.classified,
    c.classification_valid_to,
    case when e.plans and coalesce(a.state_told, true) then coalesce(a.actions_open, 0) end as actions_open,
    case when e.plans and coalesce(a.lateness_told, true) then coalesce(a.actions_overdue, 0) end as actions_overdue,
    r.risk_analysed,
    r.highest_risk,
    v.access_reviewed,
    v.accounts_removed,
    case when e.processings and any_system.organisation is null then coalesce(n.processings, 0) end as processings,
    case when e.agreements and s.supplier_told then coalesce(g.agreements, 0) end as agreements,
    case when e.incidents and coalesce(of_any.told, true) then coalesce(h.incidents, 0) end as incidents,
    four.outcome as classification,
    five.outcome as risk_analysis,
    seven.outcome as access,
    s.file,
    s.sheet,
    s.row,
    $as_of as as_of,
    null::varchar as point_id,
    s.import_id
from listed as s
left join exports as e using (organisation)
left join classified as c using (organisation, system_key)
left join actions as a using (organisation, system_key)
left join risks as r using (organisation, system_key)
left join reviews as v using (organisation, system_key)
left join recorded as n using (organisation, system_key)
left join system_incidents as h using (organisation, system_key)
left join supplier_agreements as g on g.organisation = s.organisation and g.supplier_key = lower(s.supplier)
left join recorded as any_system on any_system.organisation = s.organisation and any_system.system_key is null
left join system_incidents as of_any on of_any.organisation = s.organisation and of_any.system_key is null
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = s.organisation and u.unit_key = lower(s.unit)
left join classification_items as four on four.organisation = s.organisation and lower(four.item) = s.system_key
left join risk_analysis_items as five on five.organisation = s.organisation and lower(five.item) = s.system_key
left join access_items as seven on seven.organisation = s.organisation and lower(seven.item) = s.system_key
order by s.organisation collate sv, s.system collate sv

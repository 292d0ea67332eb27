-- The figures that are shown beside the review points, counted from the folder of extracts: organisation, part and whole.
-- The numbers in them are those of data/figures.toml; an organisation may have set its own.

-- both_courses
with persons as (
    select
        organisation,
        lower(item) as person,
        -- whoever counts in one course only has no other to be met in
        count(*) = 2 and bool_and(outcome <> 'exempt') as counts,
        case when bool_or(outcome = 'unmet') then false when not bool_or(outcome = 'unknown') then true end as met
    from 'extracts/items.parquet'
    where point_id in ('information_security_training', 'data_protection_training')
    group by all
)
select organisation, count(*) filter (where met) as part, count(met) as whole
from persons where counts group by organisation;

-- both_courses_management
with persons as (
    select
        organisation,
        lower(item) as person,
        -- whoever counts in one course only has no other to be met in
        count(*) = 2 and bool_and(outcome <> 'exempt') as counts,
        case when bool_or(outcome = 'unmet') then false when not bool_or(outcome = 'unknown') then true end as met
    from 'extracts/items.parquet'
    where point_id in ('information_security_training', 'data_protection_training')
    group by all
)
select organisation, count(*) filter (where met) as part, count(met) as whole
from persons where counts and (organisation, person) in (
    select (organisation, lower(employee_id)) from 'extracts/courses.parquet' where management
) group by organisation;

-- information_security_training_expiring
select organisation, count(*) filter (where due <= as_of + 90) as part, count(*) as whole
from 'extracts/items.parquet' where point_id = 'information_security_training' and outcome = 'met' group by organisation;

-- data_protection_training_expiring
select organisation, count(*) filter (where due <= as_of + 90) as part, count(*) as whole
from 'extracts/items.parquet' where point_id = 'data_protection_training' and outcome = 'met' group by organisation;

-- object_leaders
select organisation, count(object_leader) as part, count(*) as whole
from 'extracts/systems.parquet' where in_use group by organisation;

-- classification_actions_closed
select organisation, count(*) filter (where state = 'done') as part, count(*) as whole
from 'extracts/actions.parquet' where source = 'classification' and state in ('late', 'open', 'done') group by organisation;

-- classification_actions_overdue
select organisation, count(*) filter (where state = 'late') as part, count(*) as whole
from 'extracts/actions.parquet' where source = 'classification' and state in ('late', 'open', 'done') group by organisation;

-- risks_without_action
select organisation, count(*) filter (where action is null or due is null) as part, count(*) as whole
from 'extracts/risks.parquet'
where latest and risk_value > 8 and action_told and (action is null or due_told) group by organisation;

-- accounts_removed
select organisation, cast(sum(accounts_removed) as bigint) as part, null as whole
from 'extracts/access_reviews.parquet' where year(reviewed) = year(as_of) group by organisation;

-- systems_without_processing
select organisation, count(*) filter (where processings = 0) as part, count(*) as whole
from 'extracts/systems.parquet' where in_use and handles_personal_data group by organisation;

-- agreements_expiring
select organisation, count(*) filter (where expires <= as_of + 90) as part, count(*) as whole
from 'extracts/agreements.parquet' where in_force group by organisation;

-- incidents_per_employed
with incidents as (
    select organisation, count(*) as discovered
    from 'extracts/incidents.parquet' where year(discovered) = year(as_of) group by organisation
)
select organisation, coalesce(any_value(discovered), 0) as part, count(distinct lower(employee_id)) as whole
from 'extracts/courses.parquet' left join incidents using (organisation) group by organisation;

-- units_without_incidents
select organisation, cast(sum(without_incidents) as bigint) as part, cast(sum(units) as bigint) as whole
from 'extracts/units.parquet' group by organisation;

-- recurring_incidents
with incidents as (
    select *, lower(unit) as place, lower(cause) as kind, cast(discovered as date) as day
    from 'extracts/incidents.parquet'
)
select
    organisation,
    count(*) filter (
        where exists (
            from incidents as other
            where other.organisation = one.organisation
                and other.place is not distinct from one.place
                and other.kind = one.kind
                and other.incident_id <> one.incident_id
                and greatest(other.day, one.day) <= least(other.day, one.day) + interval 6 month
        )
    ) as part,
    count(*) as whole
from incidents as one where year(day) = year(as_of) group by organisation;

-- points_with_routine
select organisation, count(distinct point) filter (where in_force) as part, count(distinct point) as whole
from 'extracts/routines.parquet' where point <= 13 group by organisation;

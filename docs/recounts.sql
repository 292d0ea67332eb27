-- The figures that are shown beside the review points, counted from the folder of extracts: organisation, part and whole.
-- The numbers in them are those of data/figures.toml; an organisation may have set its own.

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

-- points_with_routine
select organisation, count(distinct point) filter (where in_force) as part, count(distinct point) as whole
from 'extracts/routines.parquet' where point <= 13 group by organisation;

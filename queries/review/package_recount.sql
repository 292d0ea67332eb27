-- Counts the figures of a package again, in a copy of its database where sql/macros.sql has been run.
create temp table recounted as
{items};

create temp table placed_units as
select {as_of} as as_of, unit.* from (
{units}
) as unit

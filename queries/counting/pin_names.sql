-- Find the known aliases once, for one cursor: the macro hides the stored one of the same name; where there are no
-- aliases, `unchanged` does. Planning all points asks for them some dozen times.
-- section: any_known
select 1
from live_aliases(known_at := $known_at)
-- what is yet to come has the names that there are
where valid_from <= $until
limit 1

-- section: names
create or replace temp table pinned_names as
select map_from_entries(list((alias_key, alias_names))) as names
from (
    select
        kind || ' ' || lower(old_name) as alias_key,
        list(
            {'valid_from': valid_from, 'called': new_name}
            order by valid_from, coalesce(follows, false), alias_id
        ) as alias_names
    from live_aliases(known_at := $known_at)
    where valid_from <= $until
    group by kind, lower(old_name)
)

-- section: renamed
create or replace temp macro renamed(what, name, day, known) as
    coalesce(
        list_filter(
            element_at((select names from pinned_names), what || ' ' || lower(name))[1],
            lambda alias: alias.valid_from <= day
        )[-1].called,
        name
    )

-- section: unchanged
create or replace temp macro renamed(what, name, day, known) as name

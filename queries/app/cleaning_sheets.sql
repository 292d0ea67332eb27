-- The sheets with stored cells or problems: their last row, their greatest width, and how many of their cells may hold
-- an identity number.
with stored as (
    select import_id, sheet_number, max(row) as last, max(len(cells)) as width
    from import_rows
    group by all
),
faulty as (
    select import_id, sheet_number, max(row) as last, max(column_number) as width
    from problems
    group by all
),
suspected as (
    select import_id, sheet_number, count(*) as suspects
    from (select import_id, sheet_number, unnest(cells) as text from import_rows)
    where regexp_matches(text, $looks_like)
    group by all
)
select
    import_id,
    sheet_number,
    greatest(k.last, t.last) as last,
    greatest(k.width, t.width, 0) as width,
    coalesce(s.suspects, 0) as suspects
from stored as k
full outer join faulty as t using (import_id, sheet_number)
left join suspected as s using (import_id, sheet_number)
order by import_id, sheet_number

-- The sheets whose cells were kept or that had a problem: their last row and widest one, and in how many of their cells
-- an identity number could stand.
with kept as (
    select import_id, sheet_number, max(row) as last, max(len(cells)) as width
    from import_rows
    group by all
),
troubled as (
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
from kept as k
full outer join troubled as t using (import_id, sheet_number)
left join suspected as s using (import_id, sheet_number)
order by import_id, sheet_number

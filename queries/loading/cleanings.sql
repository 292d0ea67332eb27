-- Each cleaning of the store, the latest first: its result, the years of the reviews that it resealed, and whether a
-- user has read of it since.
select
    c.cleaned_at,
    c.numbers,
    c.taken_out,
    c.read_anew,
    coalesce(c.blanked, 0) as blanked,
    coalesce(c.exports, 0) as exports,
    coalesce(c.changed, 0) as changed,
    coalesce(list_sort(list_distinct(list(r.year) filter (where r.year is not null))), []) as years,
    c.cleaned_at <= coalesce((select max(read_at) from cleanings_read), timestamp '-infinity') as read
from cleanings as c
left join seals as s on s.sealed_at = c.cleaned_at
left join reviews as r using (review_id)
group by all
order by c.cleaned_at desc

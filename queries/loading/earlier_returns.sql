-- Earlier imports of corrected rows of the same file that are in effect, each with the rows of that file that were
-- loaded from it.
select
    f.import_id,
    i.file,
    list({'sheet': m.what, 'row': m.row} order by m.row, m.what) filter (where m.number = 1) as mended
from import_facts as f
inner join live_imports(known_at := $known_at) as i using (import_id)
left join import_facts as m on m.import_id = f.import_id and m.fact = 'mended'
where f.fact = 'returned_to' and f.what = $sha256 and i.source = $source
group by f.import_id, i.file
order by f.import_id

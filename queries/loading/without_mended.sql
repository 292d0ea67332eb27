-- What has been read without the rows that came back mended, and count in the file that they came back in.
create or replace temp table typed as
select n.*
from typed as n
where not exists (
    select 1
    from live_imports(known_at := $known_at) as i
    inner join import_facts as r on r.import_id = i.import_id and r.fact = 'returned_to' and r.what = $sha256
    inner join import_facts as m on m.import_id = i.import_id and m.fact = 'mended' and m.number = 1
    where i.source = $source and m.row = n.row and ($single or m.what = n.sheet)
)

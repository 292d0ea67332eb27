-- The words of which it was last said that they count as an empty cell of a field does.
select s.said_of
from (
    select organisation_id, said_of, meaning
    from meanings
    where source = $source and field = $field
    qualify row_number() over (partition by organisation_id, lower(said_of) order by edition desc) = 1
) as s
where s.meaning = $code
order by s.said_of

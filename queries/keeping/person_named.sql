-- What a source calls its persons: each id with a name and an address. wanted: only those who have this as one of them.
select distinct lower({id}) as id, {name} as name, {email} as email
from {source}
where $wanted is null or lower({id}) = $wanted or lower({name}) = $wanted or lower({email}) = $wanted
order by all

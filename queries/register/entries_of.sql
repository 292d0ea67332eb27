-- The entries of an action in order, each with the seal before it; null before the first. $what: null for all.
select
    audit.number, audit.at, audit.person, audit.action, audit.what, audit.details, earlier.seal as before, audit.seal
from audit
left join audit as earlier on earlier.number = audit.number - 1
where audit.action = $action and (cast($what as text) is null or audit.what = $what)
order by audit.number

-- The entries of the audit trail that are asked for, the newest first, with the names that are still kept.
-- $person, $action: null for all. $text: null, or part of what the entry is about, escaped for like.
select
    audit.number, audit.at, audit.person, audit.action, audit.what, audit.details, audit.seal, persons.name
from audit
left join persons on persons.person = audit.person
where audit.at >= $begin and audit.at < $end
    and (cast($person as text) is null or audit.person = $person)
    and (cast($action as text) is null or audit.action = $action)
    and (
        cast($text as text) is null
        or lower(audit.what) like lower($text) escape '\'
        or lower(audit.details) like lower($text) escape '\'
    )
order by audit.number desc
limit $most

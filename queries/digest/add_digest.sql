-- Record that a digest was made, with which the next one is compared.
insert into digests
select $organisation_id, $as_of, (select coalesce(max(edition), 0) + 1 from digests), moment(), $who

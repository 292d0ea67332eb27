-- The pseudonyms that the audit trail names.
select distinct person from audit order by person

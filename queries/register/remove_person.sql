-- Forget who a pseudonym is.
delete from persons where person = $person

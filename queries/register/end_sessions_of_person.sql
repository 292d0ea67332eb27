-- All sessions of a person are over.
delete from sessions where person = $person

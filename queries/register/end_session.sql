-- A session is over.
delete from sessions where key = $key

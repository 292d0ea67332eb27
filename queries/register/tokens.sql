-- The ID tokens of the sessions.
select key, token from sessions where token <> ''

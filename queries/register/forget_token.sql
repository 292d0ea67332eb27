-- A session without its ID token.
update sessions set token = '' where key = $key

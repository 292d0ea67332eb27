-- A session is used.
update sessions set seen_at = $at where key = $key and seen_at < $at

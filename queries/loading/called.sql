-- The name of something on a day.
select renamed($kind, $name, cast($day as date), $known_at)

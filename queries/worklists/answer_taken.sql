-- When a file was taken as a unit's answer; null if it was not.
select max(taken_at) as taken_at from unit_answers where sha256 = $sha256

-- What tells a store from every other: a mark of its first import, which is never removed; null before there is one.
-- It goes with the rows to a backup, to another machine and to PostgreSQL.
select left(sha256(min_by(concat_ws(' ', epoch_us(imported_at), source, extract_date, sha256), import_id)), 32) as mark
from imports

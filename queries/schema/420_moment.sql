-- The moment (UTC) of the turn in which something is written; an error outside of a turn. The store gives it.
create macro moment() as coalesce(getvariable('moment'), error('moment() outside of a turn')::timestamp);

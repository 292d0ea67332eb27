-- The moment (UTC) of the current turn, set by the store; an error outside of a turn.
create macro moment() as coalesce(getvariable('moment'), error('moment() outside of a turn')::timestamp);

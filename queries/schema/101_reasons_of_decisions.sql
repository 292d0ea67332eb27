-- The reason that was given for a decision: empty if none was, null if it was made before reasons were asked for.
alter table decisions add column why varchar;

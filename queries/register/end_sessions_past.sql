-- Sessions that have ended by themselves are removed.
delete from sessions where ends_at <= $at or seen_at <= $idle

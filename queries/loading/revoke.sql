-- Record that an import is revoked.
insert into revocations (import_id, revoked_at, revoked_by, why) values ($import_id, moment(), $who, $why)

-- Whose login changed the state of a review: a keyed hash of its issuer and subject, and the id of its key, which is in
-- the register. It stays when the person is removed there, so that nobody approves what they have submitted. Both are
-- null where there was no login.
alter table review_states add column if not exists signer varchar;
alter table review_states add column if not exists signer_key varchar;

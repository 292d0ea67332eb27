-- How it was established who changed the state of a review: the pseudonym of the person who had logged in, and the
-- issuer that said who they are. Both are null where there was no login, so that the name was given by hand.
alter table review_states add column if not exists person varchar;
alter table review_states add column if not exists issuer varchar;

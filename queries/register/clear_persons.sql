-- All persons are written anew, without what an earlier version kept.
delete from persons

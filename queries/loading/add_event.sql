-- Record an action of a user.
insert into events (happened_at, who, action, what) values (moment(), $who, $action, $what)

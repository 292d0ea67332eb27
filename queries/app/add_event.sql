-- Records what somebody did.
insert into events (happened_at, who, action, what) values (moment(), $who, $action, $what)

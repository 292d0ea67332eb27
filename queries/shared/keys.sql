-- What no two rows may share: a second guard, behind the lock that gives each number once.
alter table imports add unique (import_id);
alter table mappings add unique (mapping_id);
alter table aliases add unique (alias_id);
alter table reviews add unique (review_id, edition);
alter table review_states add unique (review_id, version, edition);
alter table frozen_reviews add unique (review_id, version, edition);
alter table decisions add unique (decision_id, edition);
alter table follow_ups add unique (decision_id, edition);

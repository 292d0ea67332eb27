-- Cells that a cleaning has emptied, as they could be level 4; their rows are kept.
alter table cleanings add column if not exists blanked bigint;

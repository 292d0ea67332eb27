-- --- Files that are one export together, as each says once what it is about.

-- parts: what the file says once, such as its course; null of a file that is a whole export. Those of one day that have
-- some count together.
alter table imports add column parts varchar[];

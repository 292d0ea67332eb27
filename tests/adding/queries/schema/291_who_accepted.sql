-- Who has accepted the risks of an analysis: null of the exports that were read before there was such a column.
alter table risk_analyses add column accepted_by varchar;

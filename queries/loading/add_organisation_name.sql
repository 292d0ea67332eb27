-- Name an organisation, new or existing.
insert into organisation_names (organisation_id, name, named_at, named_by)
values ($organisation_id, $name, moment(), $who)

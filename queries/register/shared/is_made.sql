-- Whether the tables have been made, the newest one among them, and what time it is.
select to_regclass('compliance_register.keys') is not null as is_made, clock_timestamp() at time zone 'utc' as now

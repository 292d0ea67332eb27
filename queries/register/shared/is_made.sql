-- Whether the tables have been made, and what time it is.
select to_regclass('compliance_register.audit') is not null as is_made, clock_timestamp() at time zone 'utc' as now

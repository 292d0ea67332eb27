-- Forget which schema files have been applied: those before 0.11, whose tables are those of the baseline.
delete from schema_files

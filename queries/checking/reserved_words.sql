-- The words of SQL that no column can be called.
select keyword_name from duckdb_keywords() where keyword_category = 'reserved'

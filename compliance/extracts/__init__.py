"""The extracts: named tables, as files."""

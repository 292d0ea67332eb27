"""Sheets to rows: validated, matched and loaded, or refused."""

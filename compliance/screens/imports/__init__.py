"""Imports: dropped files, history, mappings, names, forms."""

"""The page of imports: dropped files, history, mappings, names, forms."""

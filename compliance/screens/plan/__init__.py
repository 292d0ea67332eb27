"""The page of the year wheel."""

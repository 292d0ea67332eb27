"""The page of the year's review."""

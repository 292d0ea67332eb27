"""The page of the city."""

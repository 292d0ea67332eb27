"""The page of the decisions of all years."""

"""The page of a review point."""

"""The page of systems and their cards."""

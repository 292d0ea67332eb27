"""The page of roles."""

"""The page of incidents and their clocks."""

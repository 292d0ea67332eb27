"""Systems and their cards."""

"""The year's review."""

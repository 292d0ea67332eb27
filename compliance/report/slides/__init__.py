"""A review as slides for a meeting."""

"""Decisions of all years."""

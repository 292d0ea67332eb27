"""Rows to items and figures: coverage, why it changed, the figures next to it, extracts, checks, traces."""

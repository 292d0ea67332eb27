"""Rows to items and figures: coverage, why it changed, the figures beside it, extracts, checks, traces."""

"""The compliance dashboard: spreadsheets in, review points out."""

__version__ = "0.11.0"

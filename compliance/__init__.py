"""The compliance dashboard: spreadsheets in, review points out."""

__version__ = "1.0.0.dev0"

"""The compliance dashboard: spreadsheets in, thirteen review points out."""

__version__ = "0.9.0"

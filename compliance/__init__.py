"""The compliance dashboard: spreadsheets in, thirteen review points out."""

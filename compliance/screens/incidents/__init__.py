"""Incidents and their clocks."""

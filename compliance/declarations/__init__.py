"""Declarations next to the code: sources, points, SQL statements, settings and the theme."""

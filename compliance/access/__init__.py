"""Permissions, and what a reader may see."""

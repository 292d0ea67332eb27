"""Keeping the store: backup and restore."""

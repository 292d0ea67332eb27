"""Keeping the store: backup, restore and purging by a decision."""

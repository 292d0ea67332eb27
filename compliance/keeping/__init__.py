"""Keeping the store: backup, restore, moving, what is done every night, and purging by a decision."""

"""Removing from the store of an earlier version what must not be stored."""

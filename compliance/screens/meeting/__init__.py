"""The meeting mode."""

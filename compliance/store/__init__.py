"""The database: its location, exclusive access to its file, and its upgrade."""

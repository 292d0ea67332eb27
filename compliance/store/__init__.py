"""The database: where it is, its turns, its upgrade."""

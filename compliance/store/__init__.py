"""The database, in a file or in PostgreSQL, its exclusive writing and its upgrade; and the register."""

"""The fictitious administration: its database and its reviews."""

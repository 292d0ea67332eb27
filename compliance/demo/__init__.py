"""The sample data: the database of the fictitious organisation, and its reviews."""

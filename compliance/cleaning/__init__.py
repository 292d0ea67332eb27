"""What is taken out of a store of an earlier version."""

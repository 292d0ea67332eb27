"""The login against the certified provider."""

"""The page about the figures."""

"""One review point."""

"""The visual language of the pages: bullet rows, heat, wheel, clocks, axes."""

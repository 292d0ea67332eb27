"""What is declared beside the code: sources, points, statements, settings, the look."""

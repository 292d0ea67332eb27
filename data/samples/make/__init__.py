"""What makes the samples: one invented administration, its history, and the exports that show it."""

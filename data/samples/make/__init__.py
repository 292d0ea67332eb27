"""The generator of the samples: a fictitious organisation, its history, and the exports that show it."""

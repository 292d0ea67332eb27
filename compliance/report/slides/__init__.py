"""The slides of a review: their content, their layouts, and the PowerPoint file."""

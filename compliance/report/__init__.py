"""The report of a review: as blocks, and written as Word, PDF, slides and handout."""

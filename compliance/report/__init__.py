"""A review as blocks, and as Word, PDF and handout."""

"""A file to sheets of cells without identity numbers, in a process of its own."""

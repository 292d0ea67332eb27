"""A file to sheets of text cells, without identity numbers, read in a child process."""

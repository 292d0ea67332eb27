"""Write a report as a file: Word and PDF, and the pictures in both."""

"""The pages: a folder per page, with the frame, the cached reads and the widgets that they share."""

"""What each page asks, says and draws: a folder a page, and the frame that they share."""

"""The state of things in half a page: what has changed and why, what is worst, late, held and missing."""

"""The entry points: the command line and the web server."""

from compliance.core import ending

# before anything else is imported, which takes seconds
ending.heed()

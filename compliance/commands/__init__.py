"""The entry points: the command line and the web server."""

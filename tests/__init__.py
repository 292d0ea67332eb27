"""The tests: a package, so that no installed one that brings a folder `tests` takes their name."""

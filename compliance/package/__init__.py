"""The year package: everything an auditor needs, in one file."""

"""The year's review: opened, written, decided, frozen, signed and verified."""

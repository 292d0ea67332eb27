"""The frame: navigation, language, as-of date, organisation and unit."""

from compliance.screens import frame

frame.draw()

"""The frame: who is here, navigation, language, as-of date, organisation and unit."""

from compliance import ui

ui.frame()

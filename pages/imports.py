"""Imports: drop exports, see what they were taken for and what they change, confirm; history, forms, names."""

from compliance import ui_imports
from compliance.access.permissions import Permission
from compliance.screens import ui

ui.require(Permission.LOAD_EXPORTS)
seen = ui.view()
ui_imports.chosen_part(seen)(seen)

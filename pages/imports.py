"""Imports: drop exports, see what they were taken for and what they change, confirm; history, forms, names."""

from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.imports import page

ui.require(Permission.LOAD_EXPORTS)
seen = ui.view()
page.chosen_part(seen)(seen)

"""Systems: which have gaps, the worst first, and everything that is known of one of them."""

from compliance import ui_systems
from compliance.access.permissions import Permission
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
found = ui_systems.chosen(seen)
if found is None:
    ui_systems.all_systems(seen)
else:
    ui_systems.one_system(seen, found)

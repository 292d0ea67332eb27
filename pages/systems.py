"""Systems: which have gaps, the worst first, and everything that is known of one of them."""

from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.systems import page

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
found = page.chosen(seen)
if found is None:
    page.all_systems(seen)
else:
    page.one_system(seen, found)

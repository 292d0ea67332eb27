"""Systems: which have gaps, the worst first, and everything that is known of one of them."""

from compliance.access.permissions import Permission
from compliance.screens import views, widgets
from compliance.screens.systems import page

widgets.require(Permission.SEE_FIGURES)
view = views.current()
found = page.chosen(view)
if found is None:
    page.all_systems(view)
else:
    page.one_system(view, found)

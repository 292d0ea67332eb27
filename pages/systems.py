"""Systems: which have gaps, the worst first, and everything that is known of one of them."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.systems import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

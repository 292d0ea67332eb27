"""Overview: the review points, how far each is from its target, and where it is weak."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.overview import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

"""The city: the review points of all organisations side by side, who is behind, and how they develop."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.city import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

"""About the figures: words, every point's rule and law, the rules in force, and what the figures rest on."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.about import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

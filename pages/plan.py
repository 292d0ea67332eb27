"""Year wheel: what happens when and what is late, the plan's promises with their figures, and the actions left."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.plan import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

"""Training: who has both courses, department by department down to the person to remind, and what expires soon."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.training import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

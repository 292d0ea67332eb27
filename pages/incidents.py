"""Incidents: the clocks that run, then the year: months, causes, how long reports and closing took, and what recurs."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.incidents import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

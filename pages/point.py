"""One review point: its figure, its trend, where and why it is weak, its items, and how it is counted."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.point import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

"""Data quality: what in the exports may make a figure wrong, who has to correct it, and the rows themselves."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.quality import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

"""Digest: what has changed since the last one and why, what is worst, what comes next, and what is missing."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.digest import page

widgets.require(Permission.SEE_FIGURES)
page.draw(addressing.current())

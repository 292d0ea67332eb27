"""Imports: drop exports, see what they are recognised as and what they change, load them; history, forms, names."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.imports import page

widgets.require(Permission.LOAD_EXPORTS)
page.draw(addressing.current())

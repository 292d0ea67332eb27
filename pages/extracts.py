"""Extracts: named tables for Swedish Excel and for machines, with a dictionary of their columns."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.extracts import page

widgets.require(Permission.DOWNLOAD_EXTRACTS)
page.draw(addressing.current())

"""The audit trail: who did what and when, and whether it is whole."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.audit import page

widgets.require(Permission.SEE_AUDIT)
page.draw(addressing.current())

"""Roles: who may do what, given and taken by the administrator."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.roles import page

widgets.require(Permission.MANAGE_ROLES)
page.draw(addressing.current())

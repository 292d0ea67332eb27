"""Imports: drop exports, see what they were taken for and what they change, confirm; history, forms, names."""

from compliance.access.permissions import Permission
from compliance.screens import views, widgets
from compliance.screens.imports import page

widgets.require(Permission.LOAD_EXPORTS)
page.draw(views.current())

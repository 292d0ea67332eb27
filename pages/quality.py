"""Data quality: what in the exports can make a figure wrong, whose job it is to mend it, and the rows themselves."""

from compliance.access.permissions import Permission
from compliance.screens import views, widgets
from compliance.screens.quality import page

widgets.require(Permission.SEE_FIGURES)
page.draw(views.current())

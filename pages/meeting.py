"""Meeting mode: the review on a screen per point, for a projector; then the summary and the decisions."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.meeting import page

widgets.require(Permission.SEE_REVIEW)
page.draw(addressing.current())

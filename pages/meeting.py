"""Meeting mode: the review one screen a point, for a projector; then the summary and the decisions."""

from compliance.access.permissions import Permission
from compliance.screens import views, widgets
from compliance.screens.meeting import page as meeting_page
from compliance.screens.review import page

widgets.require(Permission.SEE_REVIEW)
view = views.current()
found = page.opened(view)
if found is None:
    meeting_page.nothing_yet(view)
else:
    meeting_page.meeting(view, found)

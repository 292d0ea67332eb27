"""Meeting mode: the review one screen a point, for a projector; then the summary and the decisions."""

from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.meeting import page as meeting_page
from compliance.screens.review import page

ui.require(Permission.SEE_REVIEW)
seen = ui.view()
found = page.opened(seen)
if found is None:
    meeting_page.nothing_yet(seen)
else:
    meeting_page.meeting(seen, found)

"""Meeting mode: the review one screen a point, for a projector; then the summary and the decisions."""

from compliance import ui_meeting
from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.review import page

ui.require(Permission.SEE_REVIEW)
seen = ui.view()
found = page.opened(seen)
if found is None:
    ui_meeting.nothing_yet(seen)
else:
    ui_meeting.meeting(seen, found)

"""Decisions: what the reviews of all years have decided, what is late, and the follow-ups between the reviews."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.decisions import page

widgets.require(Permission.READ_REVIEW)
page.draw(addressing.current())

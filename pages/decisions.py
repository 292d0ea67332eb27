"""Decisions: what the reviews of all years have decided, what is late, and how each goes between the reviews."""

from compliance.access.permissions import Permission
from compliance.screens import ui
from compliance.screens.decisions import page

ui.require(Permission.READ_REVIEW)
page.followed_up(ui.view())

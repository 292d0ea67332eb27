"""Decisions: what the reviews of all years have decided, what is late, and how each goes between the reviews."""

from compliance import ui_decisions
from compliance.access.permissions import Permission
from compliance.screens import ui

ui.require(Permission.READ_REVIEW)
ui_decisions.followed_up(ui.view())

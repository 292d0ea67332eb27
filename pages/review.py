"""The management review: its points, chapters, decisions, judgement, signatures, documents, and year by year."""

from compliance.access.permissions import Permission
from compliance.screens import addressing, widgets
from compliance.screens.review import page

widgets.require(Permission.SEE_REVIEW)
page.draw(addressing.current())

"""The management review: its points, chapters, decisions, judgement, signatures, documents, and year by year."""

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.screens import views, widgets
from compliance.screens.decisions import page as decisions_page
from compliance.screens.review import documents, page, points, signing
from compliance.screens.review.page import Part

PARTS = {
    "points": Part(N_("Review points"), Permission.SEE_REVIEW, points.points),
    "chapters": Part(N_("Chapters"), Permission.READ_REVIEW, points.chapters),
    "decisions": Part(N_("Decisions"), Permission.READ_REVIEW, decisions_page.of_review),
    "judgement": Part(N_("Judgement"), Permission.READ_REVIEW, points.judgement),
    "sign": Part(N_("Signatures"), Permission.READ_REVIEW, signing.signatures),
    "documents": Part(N_("Documents"), Permission.SEE_REVIEW, documents.documents),
    "years": Part(N_("Year by year"), Permission.SEE_REVIEW, documents.years),
}

widgets.require(Permission.SEE_REVIEW)
view = views.current()
found = page.opened(view)
if found is None:
    page.nothing_yet(view)
else:
    part = page.header(found, PARTS)
    widgets.require(part.permission)
    part.draw(found)

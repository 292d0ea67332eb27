"""The management review: its points, chapters, decisions, judgement, signatures, documents, and year by year."""

from compliance import ui_decisions, ui_review, ui_review_documents, ui_review_points, ui_review_signing
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.screens import ui
from compliance.ui_review import Part

PARTS = {
    "points": Part(N_("Review points"), Permission.SEE_REVIEW, ui_review_points.points),
    "chapters": Part(N_("Chapters"), Permission.READ_REVIEW, ui_review_points.chapters),
    "decisions": Part(N_("Decisions"), Permission.READ_REVIEW, ui_decisions.of_review),
    "judgement": Part(N_("Judgement"), Permission.READ_REVIEW, ui_review_points.judgement),
    "sign": Part(N_("Signatures"), Permission.READ_REVIEW, ui_review_signing.signatures),
    "documents": Part(N_("Documents"), Permission.SEE_REVIEW, ui_review_documents.documents),
    "years": Part(N_("Year by year"), Permission.SEE_REVIEW, ui_review_documents.years),
}

ui.require(Permission.SEE_REVIEW)
seen = ui.view()
found = ui_review.opened(seen)
if found is None:
    ui_review.nothing_yet(seen)
else:
    part = ui_review.header(found, PARTS)
    ui.require(part.permission)
    part.draw(found)

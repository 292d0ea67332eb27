"""The report of a review as files: Word and PDF written from its blocks, slides from its dossier."""

from pathlib import Path
from typing import Final, Literal

from compliance.core import children
from compliance.core.language import LANGUAGES, N_, Language
from compliance.report.report import as_document, report_of
from compliance.report.slides.slides import slides_of
from compliance.review.approving import Signed
from compliance.review.dossier import Dossier
from compliance.review.functions import Functions, load_functions
from compliance.review.reviewing import State

Kind = Literal["docx", "pdf", "pptx"]
KINDS: Final[tuple[Kind, ...]] = ("docx", "pdf", "pptx")
# The reports of a year package, each with whether it is the version to hand out.
PACKED: Final[tuple[tuple[Kind, bool], ...]] = (*((kind, False) for kind in KINDS), ("pdf", True))


def write_report(
    dossier: Dossier,
    *,
    kind: Kind,
    state: State,
    signed: Signed,
    say: Language,
    public: bool,
    named: bool = True,
    template: Path | None = None,
    archive: bool = False,
    functions: Functions | None = None,
) -> bytes:
    """Write the report of a review as a file of a kind.

    `public` and `named` are as in `report_of`, `template` and `archive` as in `as_document`; `functions` are those that
    the version to hand out shows (None: those of the product). Slides are for everybody.
    """
    shown = functions or load_functions(None)
    if kind == "pptx":
        from compliance.report.slides.writing import write_slides

        return write_slides(slides_of(dossier, state=state, signed=signed, say=say, public=public, functions=shown))
    report = report_of(dossier, state=state, signed=signed, say=say, public=public, named=named, functions=shown)
    return as_document(report, kind=kind, template=template, archive=archive)


def every_report(
    dossier: Dossier, *, state: State, signed: Signed, say: Language, template: Path | None
) -> dict[str, bytes]:
    """Write the reports of a year package, by file name: the complete report of each kind and a public PDF."""
    files = {}
    for done, (kind, public) in enumerate(PACKED):
        children.report_progress(done, len(PACKED) + 1)
        name = file_name(dossier, kind=kind, say=say, public=public)
        files[name] = write_report(
            dossier, kind=kind, state=state, signed=signed, say=say, public=public, template=template
        )
    children.report_progress(len(PACKED), len(PACKED) + 1)
    return files


def packed_names(dossier: Dossier) -> frozenset[str]:
    """Every name that a report of a year package can have, in any language."""
    spoken = [Language(code) for code in LANGUAGES]
    return frozenset(file_name(dossier, kind=kind, say=say, public=public) for kind, public in PACKED for say in spoken)


def file_name(dossier: Dossier, *, kind: Kind, say: Language, public: bool) -> str:
    """The file's name, for example ledningens_genomgang_2026.docx."""
    name = N_("management_review_{year}_to_hand_out") if public else N_("management_review_{year}")
    return f"{say(name, year=dossier.year)}.{kind}"

"""The command line of the yearly review: its opening, its reports, its year package, and counting it again.

It is written, decided, judged, submitted and approved on its page only, where four eyes are kept apart.
Its commands join those of `compliance.commands.cli`. Modules that compute or draw are imported inside each command, so
that the command line starts quickly.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from compliance.access.audit import Action
from compliance.commands.arguments import Commands, masked_name
from compliance.commands.cli import WHO, AsOf, Format, Spoken, app, day_of, hand_out, show
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, folded
from compliance.loading.loading import Order
from compliance.review.reviewing import Review, State, open_review, review_of, reviews
from compliance.store import stores
from compliance.store.database import Cursor

if TYPE_CHECKING:
    from compliance.review.approving import Signed
    from compliance.review.dossier import Dossier
    from compliance.review.verifying import Difference

review_app = Commands(no_args_is_help=True, help="The yearly management review.")
app.add_typer(review_app, name="review")

Year = Annotated[int, typer.Option("--year", min=1900, max=2200, metavar="YEAR", help="the year of the review")]
Whose = Annotated[
    str | None, typer.Option("--organisation", metavar="NAME", help="whose review, where there are several")
]
Version = Annotated[
    int | None, typer.Option("--version", min=1, metavar="N", help="an earlier version; else the latest")
]


# --- Which review -------------------------------------------------------------------------------------------------


@contextmanager
def _existing_review(year: int, organisation: str | None) -> Iterator[tuple[Cursor, Review]]:
    with stores.own().cursor() as cursor:
        yield cursor, review_of(cursor, year, organisation)


# --- Opening ------------------------------------------------------------------------------------------------------


@review_app.command("open")
def open_command(year: Year, as_of: AsOf = None, organisation: Whose = None) -> None:
    """Open the review of a year; without a day it describes today, or the last day of a year gone by."""
    day = day_of(as_of, "--as-of") if as_of else None
    today = day_of(None, "--as-of")
    review = open_review(stores.own(), year=year, as_of=day, order=Order(WHO, organisation=organisation), today=today)
    print(f"review of {year}, {review.organisation}: opened as of {review.as_of}")


# --- Lists --------------------------------------------------------------------------------------------------------

REVIEW_COLUMNS: Final = (
    "year", "organisation", "as_of", "version", "state", "changed_at", "changed_by", "submitted_by", "why", "sha256",
)  # fmt: skip


@review_app.command("list")
def list_command(format: Format = "table", organisation: Whose = None) -> None:
    """Every review, the newest year first."""
    with stores.own().cursor() as cursor:
        selected = _of_organisation(reviews(cursor), organisation)
    show(
        [{name: getattr(row, name) for name in REVIEW_COLUMNS} for row in selected],
        REVIEW_COLUMNS,
        format,
        what="reviews",
    )


def _of_organisation(records: Sequence[Review], organisation: str | None) -> list[Review]:
    wanted = folded(organisation)
    return [row for row in records if not wanted or folded(row.organisation) == wanted]


# --- What a review says -------------------------------------------------------------------------------------------


@review_app.command("verify")
def verify_command(year: Year, version: Version = None, organisation: Whose = None) -> None:
    """Count a submitted review again from its imports; status 1 where a figure differs or an import is missing."""
    from compliance.review.verifying import is_grave, resealing_sentences, verify

    with _existing_review(year, organisation) as (cursor, review):
        frozen = _frozen(cursor, review, version)
        differences = verify(cursor, frozen, own=places.own_files())
    for line in [
        *resealing_sentences(frozen, Language(places.environment_language())),
        *difference_lines(differences),
    ]:
        print(line)
    raise typer.Exit(1 if is_grave(differences) else 0)


def difference_lines(changes: "Sequence[Difference]") -> list[str]:
    """A line for each difference, in the terminal's language."""
    from compliance.review.wording import differences

    say = Language(places.environment_language())
    if not changes:
        return [say(N_("No difference"))]
    return [f"{what}, {where}: {was} → {now_}" for what, where, was, now_ in differences(changes, say)]


def _frozen(cursor: Cursor, review: Review, version: int | None) -> "Dossier":
    """A submitted version of a review. Raise Refusal for a draft, which has nothing to compare with."""
    from compliance.review.dossier import load_frozen

    if review.state == "draft" and version in {None, review.version}:
        raise Refusal(N_("The review of {year} has not been submitted."), year=review.year)
    return load_frozen(cursor, review.review_id, version or review.version)


def _read(year: int, organisation: str | None, version: int | None = None) -> "tuple[Dossier, State, Signed]":
    """A version of a review in any state, with its signatures. Earlier versions are always approved."""
    from compliance.review.approving import dossier, signatures_of

    with _existing_review(year, organisation) as (cursor, review):
        state: State = review.state if version in {None, review.version} else "approved"
        signatures = signatures_of(cursor, review, version)
        read = dossier(cursor, review, own=places.own_files(), version=version)
        return read, state, signatures


@app.command("report")
def report_command(
    year: Year,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="a name that ends in .docx, .pdf or .pptx")],
    public: Annotated[bool, typer.Option("--public", help="to hand out: without names and weaknesses")] = False,
    language: Spoken = "sv",
    version: Version = None,
    archive: Annotated[bool, typer.Option("--archive", help="the archive format PDF/A; for .pdf")] = False,
    organisation: Whose = None,
) -> None:
    """Write the report of a review in any state; a draft says so on every page."""
    from compliance.core.saving import save
    from compliance.report.files import KINDS, write_report
    from compliance.review.functions import load_functions

    kind = _ending(to, KINDS)
    if archive and kind != "pdf":
        raise typer.BadParameter("is for a file that ends in .pdf", param_hint="--archive")
    dossier, state, signed = _read(year, organisation, version)
    options: Any = {"state": state, "signed": signed, "say": Language(language), "public": public}
    options["functions"] = load_functions(places.own_files())
    content = write_report(dossier, kind=kind, template=places.report_template(), archive=archive, **options)
    what = "report to hand out" if public else "report"
    hand_out(Action.REPORT, what, year=year, version=dossier.version, format=kind, bytes=len(content))
    save(content, to)
    print(f"{masked_name(to)}: review of {year}, version {dossier.version}, {state}")


def _ending(to: Path, kinds: Sequence[Any]) -> Any:
    """The kind of a file by the ending of its name. Raise BadParameter if it is none of the kinds."""
    kind = to.suffix.lower().removeprefix(".")
    if kind not in kinds:
        endings = ", ".join(f".{each}" for each in kinds)
        raise typer.BadParameter(f"{masked_name(to)!r} ends in none of {endings}", param_hint="--to")
    return kind


# --- The year package ---------------------------------------------------------------------------------------------


@review_app.command("package")
def package_command(
    year: Year,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="a name that ends in .zip")],
    language: Spoken = "sv",
    version: Version = None,
    organisation: Whose = None,
) -> None:
    """Write the year package: what was frozen, what it was counted from, how, and the reports."""
    from compliance.core.saving import save
    from compliance.package.packing import seal_in
    from compliance.package.trail import WHAT
    from compliance.package.year_package import write_package
    from compliance.report.files import every_report

    _ending(to, ("zip",))
    say = Language(language)
    with _existing_review(year, organisation) as (cursor, review):
        _frozen(cursor, review, version)
        dossier, state, signed = _read(year, organisation, version)
        reports = every_report(dossier, state=state, signed=signed, say=say, template=places.report_template())
        content = write_package(cursor, review, version=version, reports=reports, say=say)
    of, seal = {"review": review.review_id, "version": version or review.version}, seal_in(content)
    hand_out(Action.PACKAGE, WHAT, year=year, **of, bytes=len(content), sha256=seal)
    save(content, to)
    print(f"{masked_name(to)}: review of {year}, {review.organisation}, version {of['version']}, package sha256 {seal}")


@app.command("verify")
def verify_package_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip")],
    seal: Annotated[str, typer.Option("--seal", metavar="SEAL", help="of the package, as the page shows it")] = "",
) -> None:
    """Check a year package against its seals, and count its figures again from its own rows; no other data is needed.

    Status 1 where something in it differs, or where its seal is not the one that is known.
    """
    from compliance.package.holding import holding_sentences, known_seal
    from compliance.package.year_package import message, verify_package
    from compliance.review.verifying import resealing_sentences

    checked = verify_package(file)
    print(
        f"{masked_name(file)}: review of {checked.year}, {checked.organisation}, version {checked.version},"
        f" {checked.state}, as of {checked.as_of}, {checked.files} files, {checked.figures} figures,"
        f" sha256 {checked.seal}, package sha256 {checked.package_seal}"
    )
    say = Language(places.environment_language())
    known = known_seal(checked, seal)
    lines = [message(fault, say) for fault in (*checked.explained, *checked.faults)]
    if known == "package" and not lines:
        lines = [say(N_("No difference"))]
    for line in [*resealing_sentences(checked.review, say), *holding_sentences(checked, known, say), *lines]:
        print(line)
    raise typer.Exit(1 if checked.faults or known == "neither" else 0)

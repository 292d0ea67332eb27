"""The command line of the yearly review: from opening to approval, its reports, the year package and hand-off.

Its commands join those of `compliance.commands.cli`. Modules that compute or draw are imported inside each command, so
that the command line starts quickly.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from compliance.access.audit import Action
from compliance.commands.arguments import Commands, shown
from compliance.commands.cli import WHO, AsOf, Format, Spoken, app, day_of, hand_out, one_of, show
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, folded
from compliance.declarations.points import load_points, point_by
from compliance.loading.loading import Order
from compliance.review.deciding import Decision, DecisionContent, decide, decisions, decisions_of, follow_up, withdraw
from compliance.review.reviewing import (
    GROUNDS,
    Kind,
    Review,
    State,
    load_chapters,
    open_review,
    review_of,
    reviews,
    stored_text,
    write,
)
from compliance.store import stores
from compliance.store.database import Cursor, Database

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
Who = Annotated[str, typer.Option("--name", metavar="NAME", help="the first name and surname of who does this")]
Version = Annotated[
    int | None, typer.Option("--version", min=1, metavar="N", help="an earlier version; else the latest")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="the reason, which is kept")]
Called = Annotated[str, typer.Option("--decision", metavar="2026-3", help="the year of its review and its number")]
GRAVE: Final = frozenset({"figure", "import"})


# --- Which review -------------------------------------------------------------------------------------------------


def _order(organisation: str | None = None) -> Order:
    return Order(WHO, organisation=organisation)


@contextmanager
def _existing_review(year: int, organisation: str | None) -> Iterator[tuple[Cursor, Review]]:
    with stores.own().cursor() as cursor:
        yield cursor, review_of(cursor, year, organisation)


def _database_and_id(year: int, organisation: str | None) -> tuple[Database, int]:
    with _existing_review(year, organisation) as (_, review):
        return stores.own(), review.review_id


def _print_state(review: Review) -> None:
    print(f"review of {review.year}, {review.organisation}: version {review.version} is {review.state}")


# --- Opening and writing ------------------------------------------------------------------------------------------


@review_app.command("open")
def open_command(year: Year, as_of: AsOf = None, organisation: Whose = None) -> None:
    """Open the review of a year; without a day it describes today, or the last day of a year gone by."""
    day = day_of(as_of, "--as-of") if as_of else None
    today = day_of(None, "--as-of")
    review = open_review(stores.own(), year=year, as_of=day, order=_order(organisation), today=today)
    print(f"review of {year}, {review.organisation}: opened as of {review.as_of}")


@review_app.command("write")
def write_command(
    year: Year,
    point: Annotated[str | None, typer.Option("--point", metavar="N|ID", help="a review point")] = None,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT")] = None,
    public_comment: Annotated[
        str | None, typer.Option("--public-comment", metavar="TEXT", help="the comment of the version to hand out")
    ] = None,
    assessment: Annotated[
        str | None, typer.Option("--assessment", metavar="sufficient|partly|insufficient", help="the head's verdict")
    ] = None,
    chapter: Annotated[str | None, typer.Option("--chapter", metavar="ID", help="a chapter of the report")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="what the chapter says")] = None,
    organisation: Whose = None,
) -> None:
    """Write of a point, or a chapter; an empty text takes it away."""
    params: dict[Kind, str | None] = {"comment": comment, "public_comment": public_comment}
    params["assessment"] = None if assessment is None else _verdict(assessment)
    texts = {kind: text_ for kind, text_ in params.items() if text_ is not None}
    if chapter is not None and text is not None and point is None and not texts:
        what, texts = _chapter(chapter), {"chapter": text}
    elif point is not None and texts and chapter is None and text is None:
        what = point_by(load_points(places.own_files()), point).id
    else:
        raise typer.BadParameter("give --point with what is said of it, or --chapter with --text")
    for text_ in texts.values():
        stored_text(text_)  # one that is refused must not leave the others written
    database, review_id = _database_and_id(year, organisation)
    for kind, text_ in texts.items():
        write(database, review_id, kind=kind, what=what, text=text_, order=_order())
    print(f"review of {year}, {what}: {', '.join(texts)} written")


Answer = Annotated[str | None, typer.Option(metavar="yes|partly|no")]


@review_app.command("judge")
def judge_command(
    year: Year,
    sufficient: Answer = None,
    effect: Answer = None,
    grounds: Annotated[str | None, typer.Option("--grounds", metavar="TEXT")] = None,
    organisation: Whose = None,
) -> None:
    """Write the head's judgement: is the work sufficient, has it the intended effect, and on what grounds."""
    params = {"sufficient": sufficient, "effect": effect}
    answers = {what: _answer(answer, f"--{what}") for what, answer in params.items() if answer is not None}
    if not answers and grounds is None:
        raise typer.BadParameter("say --sufficient, --effect or --grounds")
    stored_text(grounds or "")  # one that is refused must not leave the others written
    database, review_id = _database_and_id(year, organisation)
    for what, code in answers.items():
        write(database, review_id, kind="judgement", what=what, text=code, order=_order())
    if grounds is not None:
        write(database, review_id, kind="chapter", what=GROUNDS, text=grounds, order=_order())
    print(f"review of {year}: {', '.join([*answers, *(['grounds'] if grounds is not None else [])])} written")


def _answer(param: str, option: str) -> str:
    """The code of an answer in either language, or an empty text if it is empty."""
    from compliance.review.judging import WORDS

    return _coded(param, _spoken(WORDS), option) if param.strip() else ""


def _chapter(id_: str) -> str:
    ids = [chapter.id for chapter in load_chapters(places.own_files())]
    return one_of(id_, ids, "--chapter")


def _verdict(param: str) -> str:
    """The code of an assessment in either language, or an empty text if it is empty."""
    from compliance.review.wording import VERDICT_WORDS

    words = {"tillräckligt": "sufficient", "delvis": "partly", "otillräckligt": "insufficient"}
    return _coded(param, _spoken(VERDICT_WORDS) | words, "--assessment") if param.strip() else ""


def _status(param: str) -> str:
    """The code of a decision's status in either language."""
    from compliance.review.wording import DECISION_STATUSES

    return _coded(param, _spoken(DECISION_STATUSES), "--status")


def _spoken(texts: dict[str, str]) -> dict[str, str]:
    translated = {Language(language)(text).casefold(): code for language in LANGUAGES for code, text in texts.items()}
    return {code: code for code in texts} | translated


def _coded(param: str, words: dict[str, str], option: str) -> str:
    plain = unicodedata.normalize("NFC", " ".join(param.casefold().split()))
    return words[one_of(plain, list(words), option)]


# --- Decisions ----------------------------------------------------------------------------------------------------


@review_app.command("decide")
def decide_command(
    year: Year,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="what is to be done")] = None,
    point: Annotated[str | None, typer.Option("--point", metavar="N|ID", help="the point that is the reason")] = None,
    responsible: Annotated[str | None, typer.Option("--responsible", metavar="TEXT")] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DATE", help="YYYY-MM-DD")] = None,
    resource: Annotated[str | None, typer.Option("--resource", metavar="TEXT")] = None,
    followed_up: Annotated[str | None, typer.Option("--follow-up", metavar="T1|T2|VB")] = None,
    number: Annotated[
        int | None, typer.Option("--number", metavar="N", help="change what one of the draft's decisions says")
    ] = None,
    organisation: Whose = None,
) -> None:
    """Write down a decision of a draft, or change one."""
    if text is None and number is None:
        raise typer.BadParameter("say what is to be done", param_hint="--text")
    points = load_points(places.own_files())
    changes: dict[str, Any] = {
        "text": text,
        "point": point_by(points, point).id if point else None,
        "responsible": responsible,
        "due": day_of(due, "--due") if due else None,
        "resource": resource,
        "follow_up": followed_up,
    }
    database, review_id, before = _existing_decision(year, organisation, number)
    decision = DecisionContent(**before | {name: value for name, value in changes.items() if value is not None})
    ids = tuple(each.id for each in points)
    created = decide(database, review_id, decision, order=_order(), points=ids, number=number)
    print(f"decision {year}-{created}")


def _existing_decision(year: int, organisation: str | None, number: int | None) -> tuple[Database, int, dict[str, Any]]:
    """The database, the id of the review, and the values so far of the decision to change."""
    with _existing_review(year, organisation) as (cursor, review):
        existing = [row for row in decisions_of(decisions(cursor), review) if row.number == number]
        before = {name: getattr(row, name) for row in existing for name in DecisionContent.__dataclass_fields__}
        return stores.own(), review.review_id, before or {"text": ""}


@review_app.command("withdraw")
def withdraw_command(called: Called, organisation: Whose = None) -> None:
    """Take a decision out of a draft."""
    decision = _decision(called, organisation)
    withdraw(stores.own(), decision.review_id, decision.number, order=_order())
    print(f"decision {decision.name} withdrawn")


@review_app.command("follow-up")
def follow_up_command(
    called: Called,
    status: Annotated[str, typer.Option("--status", metavar="not_started|ongoing|done|cancelled")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT")] = "",
    organisation: Whose = None,
) -> None:
    """Say how a decision goes, also between reviews."""
    code = _status(status)
    decision = _decision(called, organisation)
    follow_up(stores.own(), decision.decision_id, status=code, note=note, order=_order())
    print(f"decision {decision.name}: {code}")


def _decision(name: str, organisation: str | None) -> Decision:
    """The decision with a name such as 2026-3. Raise Refusal if there is none."""
    with stores.own().cursor() as cursor:
        same_name = [row for row in decisions(cursor) if row.name == name.strip()]
        if not same_name:
            raise Refusal(N_("There is no decision {name}. The list of decisions shows their numbers."), name=name)
        review = review_of(cursor, same_name[0].year, organisation)
        for row in decisions_of(same_name, review):
            return row
    raise Refusal(N_("There is no decision {name}. The list of decisions shows their numbers."), name=name)


# --- Signing ------------------------------------------------------------------------------------------------------


@review_app.command("submit")
def submit_command(
    year: Year,
    name: Who,
    confirm: Annotated[
        list[str] | None,
        typer.Option("--confirm", metavar="NAME", help="what is left open, as the refusal names it; once for each"),
    ] = None,
    organisation: Whose = None,
) -> None:
    """Freeze a draft in which every point is discussed and the whole is judged, for another person's approval."""
    from compliance.review.approving import submit

    database, review_id = _database_and_id(year, organisation)
    _print_state(submit(database, review_id, name=name, own=places.own_files(), confirmed=confirm or ()))


@review_app.command("approve")
def approve_command(year: Year, name: Who, organisation: Whose = None) -> None:
    """Approve what another person has submitted."""
    from compliance.review.approving import approve

    database, review_id = _database_and_id(year, organisation)
    _print_state(approve(database, review_id, name=name))


@review_app.command("send-back")
def send_back_command(year: Year, name: Who, why: Why, organisation: Whose = None) -> None:
    """Make a submitted review a draft again."""
    from compliance.review.approving import send_back

    database, review_id = _database_and_id(year, organisation)
    _print_state(send_back(database, review_id, name=name, why=why))


@review_app.command("correct")
def correct_command(
    year: Year,
    name: Who,
    why: Why,
    anew: Annotated[bool, typer.Option("--anew", help="count the figures again; else they stay as approved")] = False,
    organisation: Whose = None,
) -> None:
    """Begin the next version of an approved review, which stays as it is."""
    from compliance.review.approving import correct

    database, review_id = _database_and_id(year, organisation)
    _print_state(correct(database, review_id, name=name, why=why, anew=anew))


# --- Lists --------------------------------------------------------------------------------------------------------

REVIEW_COLUMNS: Final = (
    "year", "organisation", "as_of", "version", "state", "changed_at", "changed_by", "submitted_by", "why", "sha256",
)  # fmt: skip
DECISION_COLUMNS: Final = (
    "decision", "organisation", "text", "point", "responsible", "due", "resource", "follow_up", "status", "note",
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


@review_app.command("decisions")
def decisions_command(format: Format = "table", organisation: Whose = None) -> None:
    """Every decision of every review with its last follow-up, the oldest first."""
    with stores.own().cursor() as cursor:
        organisations = {row.review_id: row.organisation for row in _of_organisation(reviews(cursor), organisation)}
        selected = [row for row in decisions(cursor) if row.review_id in organisations]
    listed = [_decision_row(row, organisations[row.review_id]) for row in selected]
    show(listed, DECISION_COLUMNS, format, what="decisions")


def _of_organisation(records: Sequence[Review], organisation: str | None) -> list[Review]:
    wanted = folded(organisation)
    return [row for row in records if not wanted or folded(row.organisation) == wanted]


def _decision_row(row: Decision, organisation: str) -> dict[str, Any]:
    values = {name: getattr(row, name, None) for name in DECISION_COLUMNS}
    return values | {"decision": row.name, "organisation": organisation}


# --- What a review says -------------------------------------------------------------------------------------------


@review_app.command("verify")
def verify_command(year: Year, version: Version = None, organisation: Whose = None) -> None:
    """Count a submitted review again from its imports; status 1 where a figure differs or an import is missing."""
    from compliance.review.verifying import resealing_sentences, verify

    with _existing_review(year, organisation) as (cursor, review):
        frozen = _frozen(cursor, review, version)
        differences = verify(cursor, frozen, own=places.own_files())
    for line in [
        *resealing_sentences(frozen, Language(places.environment_language())),
        *_difference_lines(differences),
    ]:
        print(line)
    raise typer.Exit(1 if any(each.what in GRAVE and not each.explained for each in differences) else 0)


def _difference_lines(changes: "list[Difference]") -> list[str]:
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

    kind = _ending(to, KINDS)
    if archive and kind != "pdf":
        raise typer.BadParameter("is for a file that ends in .pdf", param_hint="--archive")
    dossier, state, signed = _read(year, organisation, version)
    options: Any = {"state": state, "signed": signed, "say": Language(language), "public": public}
    content = write_report(dossier, kind=kind, template=places.report_template(), archive=archive, **options)
    what = "report to hand out" if public else "report"
    hand_out(Action.REPORT, what, year=year, version=dossier.version, format=kind, bytes=len(content))
    save(content, to)
    print(f"{shown(to)}: review of {year}, version {dossier.version}, {state}")


def _ending(to: Path, kinds: Sequence[Any]) -> Any:
    """The kind of a file by the ending of its name. Raise BadParameter if it is none of the kinds."""
    kind = to.suffix.lower().removeprefix(".")
    if kind not in kinds:
        endings = ", ".join(f".{each}" for each in kinds)
        raise typer.BadParameter(f"{shown(to)!r} ends in none of {endings}", param_hint="--to")
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
    print(f"{shown(to)}: review of {year}, {review.organisation}, version {of['version']}, package sha256 {seal}")


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
        f"{shown(file)}: review of {checked.year}, {checked.organisation}, version {checked.version}, {checked.state},"
        f" as of {checked.as_of}, {checked.files} files, {checked.figures} figures, sha256 {checked.seal},"
        f" package sha256 {checked.package_seal}"
    )
    say = Language(places.environment_language())
    known = known_seal(checked, seal)
    lines = [message(fault, say) for fault in (*checked.explained, *checked.faults)]
    if known == "package" and not lines:
        lines = [say(N_("No difference"))]
    for line in [*resealing_sentences(checked.review, say), *holding_sentences(checked, known, say), *lines]:
        print(line)
    raise typer.Exit(1 if checked.faults or known == "neither" else 0)


# --- Handing on ---------------------------------------------------------------------------------------------------


@review_app.command("hand-off")
def hand_off_command(
    year: Year,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=".txt: paragraphs to paste; .tsv: the measures")],
    language: Spoken = "sv",
    organisation: Whose = None,
) -> None:
    """Write paragraphs for tertial report and risk analysis (.txt), or the measures (.tsv)."""
    from compliance.core.saving import save
    from compliance.report.handing import as_text, measures

    kind = _ending(to, ("txt", "tsv"))
    dossier, state, _ = _read(year, organisation)
    say = Language(language)
    text = measures(dossier, say) if kind == "tsv" else as_text(dossier, say, state=state).replace("\n", "\r\n")
    what, action = ("measures", Action.EXTRACT) if kind == "tsv" else ("paragraphs", Action.REPORT)
    hand_out(action, what, year=year, version=dossier.version)
    save(text.encode("utf-8-sig"), to)
    print(f"{shown(to)}: review of {year}, version {dossier.version}, {state}")


@review_app.command("figures")
def figures_command(
    year: Year,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="a name that ends in .json")],
    organisation: Whose = None,
) -> None:
    """Write the figures of a year, for another organisation to compare with."""
    from compliance.core.saving import save
    from compliance.review.peers import as_peer_file

    _ending(to, ("json",))
    dossier, state, _ = _read(year, organisation)
    hand_out(Action.EXTRACT, "figures to share", year=year, version=dossier.version)
    save(as_peer_file(dossier), to)
    print(f"{shown(to)}: review of {year}, version {dossier.version}, {state}")


COMPARED_COLUMNS: Final = ("point", "id", "own", "least", "median", "greatest", "organisations")


@review_app.command("compare")
def compare_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    year: Year,
    format: Format = "table",
    organisation: Whose = None,
) -> None:
    """Compare the figures of a year with those of other organisations."""
    from compliance.review.peers import as_peer, compare

    others = [_peer(path) for path in files]
    dossier, _, _ = _read(year, organisation)
    for peer in others:
        if peer.year != year:
            sentence = N_("{name} tells of {other}, and is left out: the comparison is of {year}.")
            _warn(sentence, name=peer.organisation, other=peer.year, year=year)
    points = {answer.point.id: answer.point.number for answer in dossier.points}
    compared = [row for row in compare(as_peer(dossier), others) if row.point_id in points]
    names = {"point_id": "id", "middle": "median"}
    lines = [{names.get(key, key): value for key, value in vars(row).items()} for row in compared]
    show([{"point": points[row["id"]], **row} for row in lines], COMPARED_COLUMNS, format, what="comparison", year=year)


def _warn(message: str, **values: object) -> None:
    """Print on stderr a message that does not make the command fail."""
    typer.echo(Language(places.environment_language())(message, **values), err=True)


def _peer(path: Path) -> Any:
    from compliance.review.peers import MOST_BYTES, read_peer

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refusal(N_("There is no file {file}. Check its name and folder."), file=path) from error
    return read_peer(content, name=path.name)

"""The yearly review: opened for a year and a day, written in while it is a draft, and never changed in place."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.core.masking import mask_text
from compliance.core.places import CHAPTERS
from compliance.declarations.declared import Table, complete, read_with_own
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text, organisation_for, refuse_too_long
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, next_number, rows

State = Literal["draft", "submitted", "approved"]
Kind = Literal["comment", "public_comment", "assessment", "chapter", "judgement"]
# The head's verdicts on a point (rulebook, section 1), the best first. The product never proposes one.
VERDICTS: Final = ("sufficient", "partly", "insufficient")
# What the head judges of the work as a whole, as the seed has it, the answers to each, and the chapter of its grounds.
JUDGED: Final = ("sufficient", "effect")
ANSWERS: Final = ("yes", "partly", "no")
GROUNDS: Final = "assessment"
CHOSEN: Final[dict[Kind, tuple[str, ...]]] = {"assessment": VERDICTS, "judgement": ANSWERS}


@dataclass(frozen=True)
class Review:
    """A review as it stands: its latest version, and who submitted that if it is no draft.

    `figures_of` is the version whose figures a correction keeps, `sha256` that of what was frozen of it, `why` the
    reason of its present state, and `corrects` what its version corrects, also after it has been sent back.
    """

    review_id: int
    organisation_id: int
    organisation: str
    year: int
    as_of: date
    version: int
    state: State
    figures_of: int | None
    sha256: str | None
    why: str | None
    corrects: str | None
    changed_at: datetime
    changed_by: str
    submitted_by: str | None
    submitted_at: datetime | None


@dataclass(frozen=True)
class Chapter:
    """A chapter that somebody writes: `start` stands there first, and what `after` names is computed below the text."""

    id: str
    number: str
    level: int
    title: Texts
    help: Texts
    start: Texts
    optional: bool
    after: str | None


@dataclass(frozen=True)
class Clause:
    """A clause of ISO/IEC 27001:2022, 9.3.2, and what in a review covers it."""

    letter: str
    title: Texts
    by: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """What is written in a review: the verdict and comments of each point by its id, and the chapters by theirs.

    `judgement` has the answers of `JUDGED` so far; None in a review that was frozen before it was asked for.
    """

    assessments: dict[str, str]
    comments: dict[str, str]
    public_comments: dict[str, str]
    chapters: dict[str, str]
    judgement: dict[str, str] | None = None


def load_chapters(own: Path | None) -> tuple[Chapter, ...]:
    """The chapters in the order of the report, with the organisation's own from the folder `own`."""
    return tuple(_chapter(id_, given) for id_, given in read_with_own(CHAPTERS, own)["chapters"].items())


def load_clauses(own: Path | None) -> tuple[Clause, ...]:
    """The clauses that a management review shall consider, a to g."""
    found = read_with_own(CHAPTERS, own)["clauses"]
    return tuple(Clause(letter, given["title"], tuple(given["by"])) for letter, given in found.items())


def _chapter(id_: str, given: Table) -> Chapter:
    with complete(
        N_("The file {file} lacks the key {key} of the chapter {chapter}. Add it and start again."),
        file=CHAPTERS.name,
        chapter=id_,
    ):
        return Chapter(
            id=id_,
            number=given["number"],
            level=given["level"],
            title=_spoken(id_, "title", given["title"]),
            help=_spoken(id_, "help", given.get("help", {"en": ""})),
            start=_spoken(id_, "start", given.get("start", {"en": ""})),
            optional=given.get("optional", False),
            after=given.get("after"),
        )


def _spoken(id_: str, key: str, said: object) -> Texts:
    """What a chapter has in each language; a Refusal where it has only a text."""
    if isinstance(said, dict) and said and all(isinstance(text, str) for text in said.values()):
        return said
    raise Refusal(
        N_(
            "In the file {file} the key {key} of the chapter {chapter} needs a text for each language, as the other "
            "chapters have it. Mend it and start again."
        ),
        file=CHAPTERS.name,
        key=key,
        chapter=id_,
    )


# --- Which reviews there are --------------------------------------------------------------------------------------


def reviews(cursor: Cursor) -> list[Review]:
    """Every review, the newest year first."""
    return [Review(**row) for row in rows(cursor, statement("reviews"), {"known_at": EVERYTHING_KNOWN})]


def review_of(cursor: Cursor, year: int, organisation: str | None = None) -> Review:
    """The review of a year, and of an organisation where there are several."""
    found = [review for review in reviews(cursor) if review.year == year]
    if organisation is not None:
        said = clean_name(organisation).casefold()
        found = [review for review in found if review.organisation.casefold() == said]
    if not found:
        raise Refusal(N_("There is no review of {year}. Open one first."), year=year)
    if len(found) > 1:
        names = ", ".join(review.organisation for review in found)
        raise Refusal(N_("The database holds several organisations: {names}. Say which of them is meant."), names=names)
    return found[0]


def one_with(cursor: Cursor, organisation_id: int, day: date) -> frozenset[int]:
    """The numbers of the organisations that are one with another on a day, its own among them."""
    given = {"organisation_id": organisation_id, "as_of": day, "known_at": EVERYTHING_KNOWN}
    return frozenset(row["organisation_id"] for row in rows(cursor, statement("organisations_one"), given))


def by_number(cursor: Cursor, review_id: int) -> Review:
    """The review of a number, as it stands."""
    return next(review for review in reviews(cursor) if review.review_id == review_id)


def written(cursor: Cursor, review: Review) -> Written:
    """What is written in a review so far."""
    found = rows(cursor, statement("review_texts"), {"review_id": review.review_id})

    def of(kind: Kind) -> dict[str, str]:
        return {row["what"]: row["text"] for row in found if row["kind"] == kind and (row["text"] or kind == "chapter")}

    return Written(of("assessment"), of("comment"), of("public_comment"), of("chapter"), of("judgement"))


# --- Opening and writing ------------------------------------------------------------------------------------------


def usual_day(year: int, today: date) -> date:
    """The day that a review of a year describes where nobody says another: today, or the end of a year gone by."""
    return min(today, date(year, 12, 31))


def open_review(database: Database, *, year: int, as_of: date | None, order: Order, today: date) -> Review:
    """Opens the review of a year as a draft; there is one for a year and organisation."""
    day = as_of or usual_day(year, today)
    _refuse_day(year, day, today)
    with database.writing() as cursor:
        _refuse_stranger(cursor, order.organisation, day)
        organisation_id, organisation = organisation_for(cursor, order, day)
        for review in reviews(cursor):
            if review.year == year and review.organisation_id == organisation_id:
                raise Refusal(
                    N_("The review of {year} is open already, with {day} as its as-of date."),
                    year=year,
                    day=review.as_of,
                )
        review_id = next_number(cursor, "review")
        _add_review(cursor, review_id, organisation_id, year=year, as_of=day, order=order)
        add_state(cursor, review_id, version=1, state="draft", order=order)
        add_event(cursor, order, "open review", f"review {review_id}: {year}, {organisation}, as of {day}")
        return by_number(cursor, review_id)


def _refuse_stranger(cursor: Cursor, organisation: str | None, day: date) -> None:
    """A misspelt name would else begin an organisation of its own, with a review of nothing."""
    given = {"as_of": day, "known_at": EVERYTHING_KNOWN}
    there = [row["organisation"] for row in rows(cursor, statement("organisations_on"), given)]
    said = clean_name(organisation or "").casefold()
    if said and there and said not in [name.casefold() for name in there]:
        raise Refusal(
            N_("There is no organisation {name}. The database holds {names}."),
            name=organisation,
            names=", ".join(there),
        )


def _refuse_day(year: int, day: date, today: date) -> None:
    if day.year != year:
        raise Refusal(
            N_(
                "The as-of date {day} is not in {year}. "
                "What counts as this year follows the as-of date: choose a day in {year}."
            ),
            day=day,
            year=year,
        )
    if day > today:
        raise Refusal(N_("The as-of date {day} has not come yet. Choose today or an earlier day."), day=day)


def choose_day(database: Database, review_id: int, *, as_of: date, order: Order, today: date) -> None:
    """Gives a draft another as-of date."""
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        if review.figures_of is not None:
            raise Refusal(
                N_("The correction keeps the figures of {day}, so it has no other as-of date."), day=review.as_of
            )
        _refuse_day(review.year, as_of, today)
        _add_review(cursor, review_id, review.organisation_id, year=review.year, as_of=as_of, order=order)
        add_event(cursor, order, "choose day of review", f"review {review_id}: as of {as_of}")


def _add_review(cursor: Cursor, review_id: int, organisation_id: int, *, year: int, as_of: date, order: Order) -> None:
    given = {"review_id": review_id, "organisation_id": organisation_id, "year": year, "as_of": as_of}
    cursor.execute(statement("add_review"), given | {"who": order.who})


def add_state(
    cursor: Cursor,
    review_id: int,
    *,
    version: int,
    state: State,
    order: Order,
    figures_of: int | None = None,
    sha256: str | None = None,
    why: str | None = None,
) -> None:
    """Records that a version of a review has come to a state."""
    given: dict[str, Any] = {"review_id": review_id, "version": version, "state": state, "figures_of": figures_of}
    cursor.execute(statement("add_review_state"), given | {"sha256": sha256, "why": why, "who": order.who})


def draft(cursor: Cursor, review_id: int) -> Review:
    """The review, where it can be written in; a Refusal where it has been submitted or approved."""
    review = by_number(cursor, review_id)
    if review.state == "submitted":
        raise Refusal(
            N_("The review of {year} has been submitted. Send it back before you change it."), year=review.year
        )
    if review.state == "approved":
        raise Refusal(
            N_("The review of {year} has been approved. Begin a correction before you change it."), year=review.year
        )
    return review


def write(
    database: Database, review_id: int, *, kind: Kind, what: str, text: str, order: Order, shown: str | None = None
) -> None:
    """Writes a text of a draft, or chooses the verdict of a point or an answer; an empty text takes it away.

    `shown` is what the writer saw there: a Refusal where somebody else has written in between.
    """
    kept = kept_text(text)
    _refuse_unknown(kind, what, kept)
    with database.writing() as cursor:
        draft(cursor, review_id)
        there = _text_there(cursor, review_id, kind, what)
        if shown is not None and there is not None and there not in {shown, kept}:
            raise Refusal(
                N_("Somebody else has chosen another assessment since it was shown. Theirs is kept, and shown now.")
                if kind in CHOSEN
                else N_("Somebody else has changed the text since it was shown. Theirs is kept; add yours to it.")
            )
        given = {"review_id": review_id, "kind": kind, "what": what, "text": kept}
        cursor.execute(statement("add_review_text"), given | {"who": order.who})


def _refuse_unknown(kind: Kind, what: str, kept: str) -> None:
    """An assessment and an answer are one of a few words, and only two questions are asked of the whole."""
    words = CHOSEN.get(kind, ())
    if kept and words and kept not in words:
        raise Refusal(N_("The assessment {said} is none of {all}."), said=kept, all=", ".join(words))
    if kind == "judgement" and what not in JUDGED:
        raise Refusal(N_("The assessment {said} is none of {all}."), said=what, all=", ".join(JUDGED))


def add_note(database: Database, review_id: int, *, point: str, said: str, before: str, order: Order) -> str:
    """Adds a note to the comment on a point of a draft; gives it as it is kept.

    `before` is what the same person has just noted there: the note takes its place.
    """
    kept = kept_text(said)
    with database.writing() as cursor:
        draft(cursor, review_id)
        comment = _text_there(cursor, review_id, "comment", point) or ""
        given = {
            "review_id": review_id,
            "kind": "comment",
            "what": point,
            "text": kept_text(_noted(comment, before, kept)),
        }
        cursor.execute(statement("add_review_text"), given | {"who": order.who})
    return kept


def _noted(comment: str, before: str, kept: str) -> str:
    """A comment with a note at its end, or in the place of the lines that were noted before, wherever they stand."""
    lines, old = comment.split("\n"), before.split("\n")
    for place in range(len(lines) - len(old), -1, -1):
        if before and lines[place : place + len(old)] == old:
            return "\n".join([*lines[:place], *([kept] if kept else []), *lines[place + len(old) :]])
    return "\n".join(part for part in (comment, kept) if part)


def _text_there(cursor: Cursor, review_id: int, kind: Kind, what: str) -> str | None:
    """A text of a review as it is kept now; None where nobody has written one."""
    found = rows(cursor, statement("review_texts"), {"review_id": review_id})
    return next((row["text"] for row in reversed(found) if (row["kind"], row["what"]) == (kind, what)), None)


def kept_text(text: str) -> str:
    """What a person wrote, line by line, without marks that cannot be seen and with identity numbers masked."""
    refuse_too_long(text)
    lines = [clean_text(line) for line in text.splitlines()]
    return mask_text("\n".join(lines).strip())[0]

"""The yearly review: opened for a year and a day, written in as a draft, and never changed in place."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from compliance.access.audit import Action
from compliance.access.people import named
from compliance.access.pseudonyms import pseudonym
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts, folded
from compliance.core.masking import mask_text
from compliance.core.places import CHAPTERS
from compliance.counting.assessing import NOT_COME
from compliance.declarations.declared import Table, build, read_with_own
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text, organisation_for, refuse_too_long
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, next_number, rows

State = Literal["draft", "submitted", "approved"]
Kind = Literal["comment", "public_comment", "assessment", "chapter", "judgement"]
# The head's verdicts on a point (rulebook, section 1), the best first. The product never proposes one.
TAKEN: Final = N_("The review of {year} is open already, with {day} as its as-of date.")
VERDICTS: Final = ("sufficient", "partly", "insufficient")
# The head's judgement of the work as a whole (from the seed): its questions, their answers, and the chapter of grounds.
JUDGED: Final = ("sufficient", "effect")
ANSWERS: Final = ("yes", "partly", "no")
GROUNDS: Final = "assessment"
# What the audit trail calls the writing of each kind.
WRITTEN: Final[dict[Kind, Action]] = {
    "comment": Action.COMMENT,
    "public_comment": Action.COMMENT,
    "assessment": Action.ASSESSMENT,
    "judgement": Action.ASSESSMENT,
    "chapter": Action.CHAPTER,
}
CHOSEN: Final[dict[Kind, tuple[str, ...]]] = {"assessment": VERDICTS, "judgement": ANSWERS}


@dataclass(frozen=True)
class Review:
    """The current state of a review: its latest version, and who submitted that unless it is a draft.

    `figures_of` is the version whose figures a correction keeps, `sha256` the seal of what was frozen of it, `why` the
    reason of its current state, and `corrects` what its version corrects, even after being sent back. `submitter` is
    how the audit trail knows a person who had logged in to submit it, and `signer` with `signer_key` their login as
    `access.pseudonyms` keeps it; the latter two are None if an earlier version recorded it.
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
    submitter: str | None
    signer: str | None
    signer_key: str | None


@dataclass(frozen=True)
class Chapter:
    """A chapter that people write: `start` is its initial text, and `after` names what is computed below the text."""

    id: str
    number: str
    level: int
    title: Texts
    help: Texts = field(default_factory=lambda: {"en": ""})
    start: Texts = field(default_factory=lambda: {"en": ""})
    optional: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Clause:
    """A clause of ISO/IEC 27001:2022, 9.3.2, and what in a review covers it."""

    letter: str
    title: Texts
    by: tuple[str, ...]


@dataclass(frozen=True)
class ReviewTexts:
    """The texts of a review: verdicts and comments by point id, and chapters by theirs.

    `judgement` has the answers to `JUDGED` so far; None in a review frozen before it was introduced.
    """

    assessments: dict[str, str]
    comments: dict[str, str]
    public_comments: dict[str, str]
    chapters: dict[str, str]
    judgement: dict[str, str] | None = None

    @property
    def discussed(self) -> set[str]:
        """The ids of the points that have a comment and an assessment."""
        return {*self.comments} & {*self.assessments}


def load_chapters(own: Path | None) -> tuple[Chapter, ...]:
    """The chapters in report order, with the organisation's own from the folder `own`."""
    return tuple(_chapter(id_, entry) for id_, entry in read_with_own(CHAPTERS, own)["chapters"].items())


def load_clauses(own: Path | None) -> tuple[Clause, ...]:
    """The clauses that a management review must consider, a to g."""
    clauses = read_with_own(CHAPTERS, own)["clauses"]
    return tuple(Clause(letter, entry["title"], tuple(entry["by"])) for letter, entry in clauses.items())


def _chapter(id_: str, entry: Table) -> Chapter:
    for key in entry.keys() & {"title", "help", "start"}:
        _refuse_untranslated(id_, key, entry[key])
    return build(Chapter, entry, file=CHAPTERS.name, at=id_, id=id_)


def _refuse_untranslated(id_: str, key: str, value: object) -> None:
    """Raise Refusal if a text of a chapter is a plain text."""
    if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
        return
    raise Refusal(
        N_(
            "In the file {file} the key {key} of the chapter {chapter} needs a text for each language, as the other "
            "chapters have it. Mend it and start again."
        ),
        file=CHAPTERS.name,
        key=key,
        chapter=id_,
    )


# --- Existing reviews ---------------------------------------------------------------------------------------------


def reviews(cursor: Cursor) -> list[Review]:
    """Every review, newest year first."""
    return [Review(**row) for row in rows(cursor, statement("reviews"), {"known_at": EVERYTHING_KNOWN})]


def review_of(cursor: Cursor, year: int, organisation: str | None = None) -> Review:
    """The review of a year, and of an organisation if there are several."""
    matches = [review for review in reviews(cursor) if review.year == year]
    if organisation is not None:
        name = folded(clean_name(organisation))
        matches = [review for review in matches if folded(review.organisation) == name]
    if not matches:
        raise Refusal(N_("There is no review of {year}. Open one first."), year=year)
    if len(matches) > 1:
        names = ", ".join(review.organisation for review in matches)
        raise Refusal(N_("The database holds several organisations: {names}. Say which of them is meant."), names=names)
    return matches[0]


def merged_with(cursor: Cursor, organisation_id: int, day: date) -> frozenset[int]:
    """The numbers of all organisations merged with one on a day, its own included."""
    params = {"organisation_id": organisation_id, "as_of": day, "known_at": EVERYTHING_KNOWN}
    return frozenset(row["organisation_id"] for row in rows(cursor, statement("organisations_one"), params))


def by_number(cursor: Cursor, review_id: int) -> Review:
    """The review of a number, in its current state."""
    return next(review for review in reviews(cursor) if review.review_id == review_id)


def review_texts(cursor: Cursor, review: Review) -> ReviewTexts:
    """The texts of a review so far."""
    return texts_of(rows(cursor, statement("review_texts"), {"review_id": review.review_id}))


def texts_of(texts: Rows) -> ReviewTexts:
    """The rows of a review's texts, by kind."""

    def of(kind: Kind) -> dict[str, str]:
        return {row["what"]: row["text"] for row in texts if row["kind"] == kind and (row["text"] or kind == "chapter")}

    return ReviewTexts(of("assessment"), of("comment"), of("public_comment"), of("chapter"), of("judgement"))


# --- Opening and writing ------------------------------------------------------------------------------------------


def usual_day(year: int, today: date) -> date:
    """The default as-of date of a year's review: today, or the last day of a past year."""
    return min(today, date(year, 12, 31))


def open_review(database: Database, *, year: int, as_of: date | None, order: Order, today: date) -> Review:
    """Open the review of a year as a draft; a year and organisation have only one."""
    day = as_of or usual_day(year, today)
    _refuse_day(year, day, today)
    with database.writing() as cursor:
        _refuse_stranger(cursor, order.organisation, day)
        organisation_id, organisation = organisation_for(cursor, order, day)
        for review in reviews(cursor):
            if review.year == year and review.organisation_id == organisation_id:
                raise Refusal(TAKEN, year=year, day=review.as_of)
        review_id = next_number(cursor, "review")
        _add_review(cursor, review_id, organisation_id, year=year, as_of=day, order=order)
        add_state(cursor, review_id, version=1, state="draft", order=order)
        what = f"review {review_id}: {year}, {organisation}, as of {day}"
        add_event(
            cursor, order, "open review", what, action=Action.OPENING, told=f"review {review_id}", year=year, as_of=day
        )
        return by_number(cursor, review_id)


def _refuse_stranger(cursor: Cursor, organisation: str | None, day: date) -> None:
    """Raise Refusal for an unknown name; a misspelling would create an organisation with an empty review."""
    params = {"as_of": day, "known_at": EVERYTHING_KNOWN}
    existing = [row["organisation"] for row in rows(cursor, statement("organisations_on"), params)]
    wanted = folded(clean_name(organisation or ""))
    if wanted and existing and wanted not in [folded(name) for name in existing]:
        raise Refusal(
            N_("There is no organisation {name}. The database holds {names}."),
            name=organisation,
            names=", ".join(existing),
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
        raise Refusal(NOT_COME, day=day)


def choose_day(database: Database, review_id: int, *, as_of: date, order: Order, today: date) -> None:
    """Give a draft another as-of date."""
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        if review.figures_of is not None:
            raise Refusal(
                N_("The correction keeps the figures of {day}, so it has no other as-of date."), day=review.as_of
            )
        _refuse_day(review.year, as_of, today)
        _add_review(cursor, review_id, review.organisation_id, year=review.year, as_of=as_of, order=order)
        what = f"review {review_id}: as of {as_of}"
        add_event(
            cursor, order, "choose day of review", what, action=Action.DAY, told=f"review {review_id}", as_of=as_of
        )


def _add_review(cursor: Cursor, review_id: int, organisation_id: int, *, year: int, as_of: date, order: Order) -> None:
    params = {"review_id": review_id, "organisation_id": organisation_id, "year": year, "as_of": as_of}
    cursor.execute(statement("add_review"), params | {"who": order.who})


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
    """Record that a version of a review entered a state, and who said so: by a login, or by a name given by hand."""
    params: dict[str, Any] = {"review_id": review_id, "version": version, "state": state, "figures_of": figures_of}
    known = named(order.user.person) if order.user.person else None
    signer = pseudonym(known.issuer, known.subject) if known and state == "submitted" else None
    whose = {
        "who": order.who,
        "person": order.user.person or None,
        "issuer": known.issuer if known else None,
        "signer": signer.hash if signer else None,
        "signer_key": signer.key if signer else None,
    }
    cursor.execute(statement("add_review_state"), params | {"sha256": sha256, "why": why} | whose)


def draft(cursor: Cursor, review_id: int) -> Review:
    """Return the review if it is a draft. Raise Refusal if it was submitted or approved."""
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


def _require_draft(cursor: Cursor, review_id: int) -> None:
    """Raise Refusal unless the review is a draft. Its state alone is read, since this is done for each text."""
    states = rows(cursor, statement("review_states"), {"review_id": review_id})
    if not states or states[-1]["state"] != "draft":
        draft(cursor, review_id)


def write(
    database: Database, review_id: int, *, kind: Kind, what: str, text: str, order: Order, shown: str | None = None
) -> None:
    """Write a text of a draft, or choose the verdict of a point or an answer; an empty text removes it.

    `shown` is what the writer saw there. Raise Refusal if somebody else has changed it since.
    """
    stored = stored_text(text)
    _refuse_unknown(kind, what, stored)
    with database.writing() as cursor:
        _require_draft(cursor, review_id)
        current = _current_text(cursor, review_id, kind, what)
        if shown is not None and current is not None and current not in {shown, stored}:
            raise Refusal(N_("Somebody else has changed it since it was shown. Theirs is kept, and shown now."))
        # a browser may send the same field twice
        if shown is None or stored != current:
            _add_text(cursor, review_id, kind, what, text=stored, order=order)


def _refuse_unknown(kind: Kind, what: str, stored: str) -> None:
    """Raise Refusal for a verdict or answer that is not a declared word, or a question that is not in `JUDGED`."""
    words = CHOSEN.get(kind, ())
    if stored and words and stored not in words:
        raise Refusal(N_("{said} is none of {all}."), said=stored, all=", ".join(words))
    if kind == "judgement" and what not in JUDGED:
        raise Refusal(N_("{said} is none of {all}."), said=what, all=", ".join(JUDGED))


def add_note(database: Database, review_id: int, *, point: str, note: str, before: str, order: Order) -> str:
    """Add a note to the comment on a point of a draft; return it as stored.

    `before` is the same person's previous note there, which the new one replaces.
    """
    stored = stored_text(note)
    with database.writing() as cursor:
        _require_draft(cursor, review_id)
        comment = _current_text(cursor, review_id, "comment", point) or ""
        text = stored_text(_noted(comment, before, stored))
        if text != comment:
            _add_text(cursor, review_id, "comment", point, text=text, order=order)
    return stored


def _add_text(cursor: Cursor, review_id: int, kind: Kind, what: str, *, text: str, order: Order) -> None:
    """Store a text. Its event says which field was written, and nothing of what it says."""
    params = {"review_id": review_id, "kind": kind, "what": what, "text": text}
    cursor.execute(statement("add_review_text"), params | {"who": order.who})
    field = f"review {review_id}: {kind} {what}"
    add_event(cursor, order, "write", field, action=WRITTEN[kind], told=field, removed=not text)


def _noted(comment: str, before: str, note: str) -> str:
    """The comment with the note replacing the lines of the previous one, wherever they are, or added at the end."""
    lines, old = comment.split("\n"), before.split("\n")
    for place in range(len(lines) - len(old), -1, -1):
        if before and lines[place : place + len(old)] == old:
            return "\n".join([*lines[:place], *([note] if note else []), *lines[place + len(old) :]])
    return "\n".join(part for part in (comment, note) if part)


def _current_text(cursor: Cursor, review_id: int, kind: Kind, what: str) -> str | None:
    """The current text; None if nobody has written one."""
    texts = rows(cursor, statement("review_texts"), {"review_id": review_id})
    return next((row["text"] for row in reversed(texts) if (row["kind"], row["what"]) == (kind, what)), None)


def stored_text(text: str) -> str:
    """What a person wrote, line by line, without invisible characters and with identity numbers masked."""
    refuse_too_long(text)
    lines = [clean_text(line) for line in text.splitlines()]
    return mask_text("\n".join(lines).strip())[0]

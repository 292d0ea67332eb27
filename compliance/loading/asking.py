"""Whether a file may be loaded without a question (rulebook, section 3, "Certain, or asked").

It may on evidence from a closed list alone. Whatever else is asked, on the page, on the command line and at night
alike, and nothing of the file is loaded until it is answered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from compliance.core.errors import Asked
from compliance.core.language import N_, Language
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, Words, normal, spoken
from compliance.loading.guessing import is_value
from compliance.loading.storing import JOINT
from compliance.reading.naming import sources_named, texts_of_file, texts_of_sheet
from compliance.reading.recognising import Match, SheetColumn, day_above, known_headings
from compliance.reading.sheets import HEADING_ROWS, Workbook, top_rows

if TYPE_CHECKING:
    from compliance.store.database import Cursor

# What is asked of a file that could be loaded: what it is, which row has its headings, whether it takes the place of
# the export before it or completes that, and whether it does though other files of its day are missing.
About = Literal["what", "headings", "keys", "parts"]
# What a user can have answered with yes; a file that may lack levels cannot be rehearsed before that.
Accepted = Literal[About, "levels"]

# A title needs so many known headings beside it; headings without one need more, and a share of all headings.
BESIDE_TITLE: Final = 2
KNOWN: Final = 3
ENOUGH: Final = 5
SHARE: Final = 3
# A row above the headings with so many cells, and as many as they, could be the headings.
WIDE: Final = 4
# Exports with so many keys are compared with each other.
KEYS: Final = 20
LACKS: Final = N_("It lacks {gone} of the {then} {key} that the export before it has.")


class Question(Asked):
    """What must be answered before a file that could be loaded is.

    `row` is the row that was read as the headings, if that is asked.
    """

    def __init__(
        self, about: About, message: str, *, options: tuple[str, ...], row: int | None = None, **values: object
    ) -> None:
        self.row = row
        super().__init__(message, about=about, options=options, row=row, **values)


class Unnamed(Question):
    """What is it? Asked where nothing even proposes a source."""


# --- What a file says of itself -----------------------------------------------------------------------------------


def of_sheet(
    match: Match, workbook: Workbook, sources: Collection[Source], words: Words, *, alone: bool
) -> tuple[Question, ...]:
    """What is asked about a sheet whose headings are neither mapped nor were loaded before.

    `alone` is whether it is the only export in its file, so that the file's name is its own. The texts of a cover may
    say what it is, but mention other things as well.
    """
    own = texts_of_sheet(match.sheet, match.heading_row)
    names = sources_named([*own, workbook.name] if alone else own, sources, words)
    others = [source for source in names if source.id != match.source.id]
    named = next(iter(sources_named([*own, *texts_of_file(workbook)], sources, words)), None)
    is_named = named is not None and named.id == match.source.id
    file = workbook.name if alone else f"{workbook.name} ({match.sheet.name})"
    found = [
        _of_another(match, file, others[0])
        if others
        else _of_source(match, file, words, is_named=is_named)
        if not _is_certain(match, sources, words, is_named=is_named)
        else None,
        _of_headings(match, file, words, date1904=workbook.date1904),
    ]
    return tuple(question for question in found if question)


def with_options_of_others(
    matches: Collection[Match], questions: Mapping[int, tuple[Question, ...]]
) -> dict[int, tuple[Question, ...]]:
    """The questions of each sheet; one about what it is can also be answered by what another sheet is for certain.

    Then the sheet in question is not read.
    """
    asked = {number for number, found in questions.items() if any(question.about == "what" for question in found)}
    certain = tuple(f"--source {id_}" for id_ in sorted({m.source.id for m in matches if m.number not in asked}))
    for question in (question for number in asked for question in questions[number]):
        if question.about == "what":
            question.options = tuple(dict.fromkeys((*certain, *question.options)))
    return dict(questions)


def _of_another(match: Match, file: str, other: Source) -> Question:
    """What is it? Asked where a title, or the name of the sheet or the file, says otherwise than the headings."""
    return Question(
        "what",
        N_("{file} has the headings of {source}, but its title or name says {other}. Is it {source}?"),
        options=(f"--source {match.source.id}", f"--source {other.id}"),
        file=file,
        source=match.source.title,
        other=other.title,
    )


def _of_source(match: Match, file: str, words: Words, *, is_named: bool) -> Question:
    """What is it? Asked where nothing says for certain what a sheet is; headings of every register propose nothing."""
    known = ", ".join(spoken(column.heading) for column in match.known)
    if not is_named and not _is_telling(match, words):
        text = N_("Nothing says what {file} is: any list may have the headings that are known ({known}). What is it?")
        return Unnamed("what", text, options=("--source SOURCE",), file=file, known=known)
    return Question(
        "what",
        N_("Nothing says for certain that {file} is {source}; of its headings {known} are known. Is it {source}?"),
        options=(f"--source {match.source.id}",),
        file=file,
        known=known,
        source=match.source.title,
    )


def _is_telling(match: Match, words: Words) -> bool:
    """Whether a known heading of a sheet is none of those that stand in every register, such as Namn and Status."""
    return any(normal(column.heading) not in words["telling_nothing"] for column in match.known)


def _is_certain(match: Match, sources: Collection[Source], words: Words, *, is_named: bool) -> bool:
    """Whether a sheet's own name and two of its headings, or more of them, say what it is.

    Headings that stand in every register say nothing by themselves. Where one of them is read as the name of the thing,
    as persons have names too, another heading must be of no other source.
    """
    known = match.known
    weak = words["telling_nothing"]
    if not _is_telling(match, words):
        return False
    if not _is_told_by_name(match, weak) and _lists_people(match, words):
        return False
    if is_named and len(known) >= BESIDE_TITLE:
        return True
    if not _is_told_by_name(match, weak) and not _has_own_heading(match, sources):
        return False
    return len(known) >= KNOWN and (len(known) >= ENOUGH or SHARE * len(known) >= match.width)


def _lists_people(match: Match, words: Words) -> bool:
    """Whether another column of the sheet is one that lists of people have."""
    return any(normal(column.heading) in words["telling_people"] for column in match.every_column)


def _is_told_by_name(match: Match, weak: Collection[str]) -> bool:
    """Whether the headings that its names are read from say what is named."""
    named = [column for field in match.source.required if field.is_name for column in match.columns[field.name]]
    return all(normal(column.heading) not in weak for column in named)


def _has_own_heading(match: Match, sources: Collection[Source]) -> bool:
    """Whether some heading is known to its source and to no other, and names neither the thing nor its unit.

    Every list of people has a unit, whatever it calls it.
    """
    own = match.source
    elsewhere = known_headings(source for source in sources if source.id != own.id)
    anybody = {
        heading
        for f in own.fields
        if (f.required and f.is_name) or f.names == "unit" or f.type == "path"
        for heading in f.headings
    }
    return any(_key(column, own) not in elsewhere | anybody for column in match.known)


def _of_headings(match: Match, file: str, words: Words, *, date1904: bool) -> Question | None:
    """Which row has the headings? Asked where another could have them, or where those taken do not look like some."""
    above, taken = top_rows(match.sheet)[: match.heading_row - 1], top_rows(match.sheet)[match.heading_row - 1]
    for number, row in enumerate(above, start=1):
        if _filled(row) >= max(WIDE, _filled(taken)) and not day_above([row], words, date1904=date1904):
            text = N_("Row {other} of {file} could hold the headings too; row {row} was read as them. Which is it?")
            return _which_row(text, match, file, other=number)
    if match.second:
        text = N_(
            "Row {other} of {file} has headings too, and nothing from there on is read; row {row} was read as them. "
            "Which is it?"
        )
        return _which_row(text, match, file, other=match.second)
    if value := next((cell for cell in taken if cell and is_value(cell.strip())), None):
        text = N_(
            "Row {row} of {file} was read as the headings, but holds what is no heading: {value}. Is it that row?"
        )
        return _which_row(text, match, file, value=value)
    if twice := _read_twice(match):
        text = N_(
            "The heading {heading} stands more than once in row {row} of {file}, and the first column is read. "
            "Is that right?"
        )
        return _which_row(text, match, file, heading=twice)
    return None


def _which_row(message: str, match: Match, file: str, *, other: int | None = None, **values: object) -> Question:
    """The question with the options that name the row that was taken, and another that a user can name."""
    rows = [match.heading_row, *([other] if other and other <= HEADING_ROWS else [])]
    options = tuple(f"--heading-row {row}" for row in rows)
    return Question("headings", message, options=options, row=match.heading_row, file=file, other=other, **values)


def _filled(row: Iterable[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def _read_twice(match: Match) -> str | None:
    """A heading that a field is read from, and that another column has too."""
    columns = {column.place: column for column in match.every_column}
    times = Counter(_key(column, match.source) for column in columns.values())
    read = [column for group in match.columns.values() for column in group]
    return next((spoken(column.heading) for column in read if times[_key(column, match.source)] > 1), None)


def _key(column: SheetColumn, source: Source) -> str:
    """A heading as it is recognised: with its banner where only both together are known."""
    plain, full, known = normal(column.heading), normal(column.full), known_headings([source])
    return full if full in known and plain not in known else plain


# --- What was loaded before ---------------------------------------------------------------------------------------


def loaded_before(cursor: "Cursor", match: Match, organisation_id: int, import_id: int | None) -> bool:
    """Whether another import of the source and organisation that is not revoked had exactly these headings."""
    columns = {column.place: column for column in match.kept_columns}
    now = _parts(columns[place].heading for place in sorted(columns))
    values = {"source": match.source.id, "organisation_id": organisation_id, "import_id": import_id}
    before = cursor.execute(statement("headings_loaded"), values).fetchall()
    return any(_parts(headings) == now for (headings,) in before)


def _parts(headings: Iterable[str]) -> list[str]:
    """Headings as they are compared: in any order, unless one stands twice.

    A field that was read from several columns is stored with all of their headings as one.
    """
    parts = [normal(part) for heading in headings for part in heading.split(JOINT)]
    return parts if len({*parts}) < len(parts) else sorted(parts)


@dataclass(frozen=True)
class Keys:
    """How many different keys an export has, those before it had, and both have."""

    now: int
    then: int
    both: int

    @property
    def strange(self) -> bool:
        """Whether both have enough, and nothing in common or less than half of what was there."""
        return min(self.now, self.then) >= KEYS and (not self.both or 2 * self.both < self.then)


def of_keys(source: Source, keys: Keys, workbook: Workbook) -> Question | None:
    """Does it replace the exports before it, or complete them? Asked of what stands from year to year."""
    if not source.lasting or not keys.strange:
        return None
    return Question(
        "keys",
        N_(
            "{file} lacks {gone} of the {then} {key} that the export before it has. Does it take the place of that "
            "export, or complete it?"
        ),
        options=("--replaces", "--completes"),
        file=workbook.name,
        gone=keys.then - keys.both,
        then=keys.then,
        key=source.field(source.lasting[0]).texts,
    )


def told_of_keys(source: Source, keys: Keys | None, say: Language) -> str:
    """What is told of an export that lacks most of the one before, where it is not asked; else nothing.

    What happens anew each year may rightly have nothing in common with the year before.
    """
    if source.lasting or not keys or not keys.strange:
        return ""
    return say(
        LACKS,
        gone=say.number(keys.then - keys.both),
        then=say.number(keys.then),
        key=say.pick(source.field(source.key[-1]).texts),
    )


def counted_keys(cursor: "Cursor", source: Source, import_id: int, earlier: list[int]) -> Keys:
    """The keys of an import, of those before it, and of both."""
    names = source.lasting or source.key
    key = ", ".join(f"lower(cast({name} as varchar))" for name in names)
    [counted] = cursor.execute(
        f"""
        with every as (
            select row({key}) as key, bool_or(import_id = $import_id) as now, bool_or(import_id <> $import_id) as before
            from {source.id}
            where (import_id = $import_id or list_contains($earlier, import_id)) and {names[0]} is not null
            group by all
        )
        select count(*) filter (now), count(*) filter (before), count(*) filter (now and before) from every
        """,
        {"import_id": import_id, "earlier": earlier},
    ).fetchall()
    return Keys(*counted)

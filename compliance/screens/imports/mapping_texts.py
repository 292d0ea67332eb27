"""The texts of a file that is mapped by hand. No Streamlit."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.declarations.sources import Field, Source
from compliance.loading.guessing import Candidate, Guess
from compliance.reading.accounting import SheetUse
from compliance.reading.mapping import ColumnMapping, SavedMapping
from compliance.reading.sheets import Row
from compliance.wording import phrases
from compliance.wording.tables import Column, Head, Table, table

SHOWN_ROWS: Final = 8
EXAMPLES: Final = 2
LONGEST: Final = 24
BY: Final = {"before": N_("as last time"), "name": N_("guessed"), "content": N_("guessed")}

NOT_READ: Final = {
    "other": N_("Not read: is recognised as {source}."),
    "beside": N_("Not read: has too few known headings."),
    "no_rows": N_("Not read: has the headings of {source} but no rows."),
    "near": N_("Not read: looks like {source} but lacks {columns}."),
    "ambiguous": N_("Not read: could be several exports."),
    "unknown": N_("Not read: has too few known headings."),
    "empty": N_("Empty"),
}


def first_rows(rows: Sequence[Row], heading: int, width: int, hidden: Collection[int], say: Language) -> Table:
    """The numbered rows around a heading, cut to the first `width` columns; columns in `hidden` are left blank."""
    start = max(0, min(heading - 2, len(rows) - SHOWN_ROWS))
    shown = rows[start : start + SHOWN_ROWS]
    used = min(width, max((len(row) for row in shown), default=0))
    columns = [Head(say(N_("Row")), numeric=True)]
    columns += [Head(chr(65 + place), nowrap=True) for place in range(used)]
    texts = []
    for number, row in enumerate(shown, start=start + 1):
        cells = [
            "" if place in hidden and number - 1 > heading else _short(cell or "")
            for place, cell in enumerate(row[:used])
        ]
        texts.append([f"{number}{' ◂' if number - 1 == heading else ''}", *cells])
    return columns, texts


def sheet_text(use: SheetUse, say: Language) -> str:
    """What became of a sheet."""
    source = say.pick(use.source.title) if use.source else ""
    if use.why == "taken":
        return say(N_("{title}: {value}"), title=source, value=say.plural("{n} row", "{n} rows", use.rows))
    return say(NOT_READ[use.why], source=source, columns=", ".join(use.missing))


SHEETS: Final[Sequence[Column[SheetUse]]] = (
    Column(
        N_("Sheet"),
        lambda use, say: f"{use.sheet.name} ({say(N_('hidden'))})" if use.sheet.hidden else use.sheet.name,
        row_header=True,
    ),
    Column(N_("Taken for"), sheet_text),
)


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST else f"{folded[: LONGEST - 1]}…"


def guess_note(guessed: Mapping[str, Guess], say: Language) -> str:
    """How many columns are guesses to be checked, if any are."""
    guessed = {name: guess for name, guess in guessed.items() if guess.by in {"name", "content"}}
    if not guessed:
        return ""
    return say.plural(
        "One column is guessed. Check it.",
        "{count} columns are guessed. Check them.",
        len(guessed),
        count=phrases.counted(len(guessed), say),
    )


def field_label(field: Field, guess: Guess | None, say: Language) -> str:
    """A field's label: a star if it is required, and how its column was guessed."""
    name = say.pick(field.texts) + (" *" if field.required else "")
    return f"{name} ({say(BY[guess.by])})" if guess and guess.by in BY else name


def column_label(column: Candidate) -> str:
    """A column's label: its heading and most common values."""
    examples = ", ".join(_short(value) for value, _ in column.values[:EXAMPLES])
    return f"{column.heading} · {examples}" if examples else column.heading


def is_open(field: Field) -> bool:
    """Whether words of one's own are valid in a field; its help says what they mean."""
    return field.type == "word" and not field.listed and bool(field.help)


def words_note(fields: Sequence[Field], say: Language) -> str:
    """What a word without a meaning counts as, in each of some fields."""
    helps = {say.pick(field.texts): say.pick(field.help) for field in fields if is_open(field)}
    notes = [f"{name}: {text[:1].lower()}{text[1:]}" for name, text in helps.items()]
    if not all(is_open(field) for field in fields):
        notes.insert(0, say(N_("A word without a meaning counts as unknown.")))
    return " ".join(notes)


def word_label(field: Field, word: str, rows: int, say: Language) -> str:
    """A word of a field, and in how many rows it occurs."""
    return say.plural(
        "{field}: “{word}” in {n} row",
        "{field}: “{word}” in {n} rows",
        rows,
        field=say.pick(field.texts),
        word=_short(word),
    )


def code_label(field: Field, code: str, say: Language) -> str:
    """The label of a code."""
    if field.type == "yes_no":
        return say(N_("Yes")) if code == "yes" else say(N_("No"))
    return say.pick(field.word(code))


def mapping_title(entry: SavedMapping, source: Source, say: Language) -> str:
    """The title of a saved mapping: the export and the first headings."""
    every = list(entry.columns.shown.values())
    headings = ", ".join(every[:4])
    more = ", …" if len(every) > 4 else ""
    return f"{say.pick(source.title)} · {headings}{more}"


def saved_at(entry: SavedMapping, say: Language) -> str:
    """When a mapping was saved."""
    return say(N_("Saved {moment}."), moment=say.moment(clock.local(entry.made_at)))


def mapping_table(mapping: ColumnMapping, source: Source, say: Language) -> Table:
    """Each field of a mapping with its heading and the words given a meaning."""
    shown = mapping.shown

    def words(field: Field, say: Language) -> str:
        meant = [f"{w} = {code_label(field, c, say)}" for w, c in mapping.words.get(field.name, {}).items()]
        through = mapping.through if field.refers_to and mapping.through else ""
        return "; ".join([*meant, *([say(N_("Matched by the column {column}."), column=through)] if through else [])])

    columns: Sequence[Column[Field]] = (
        Column(N_("Field"), lambda field, say: say.pick(field.texts), row_header=True),
        Column(N_("Column"), lambda field, _: shown.get(mapping.fields[field.name], mapping.fields[field.name])),
        Column(N_("Words"), words),
    )
    return table(columns, [field for field in source.fields if mapping.fields.get(field.name)], say)

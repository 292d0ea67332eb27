"""The texts of a file that is mapped by hand. No Streamlit."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.declarations.sources import Field, Source
from compliance.loading.guessing import Candidate, Guess
from compliance.reading.accounting import SheetUse
from compliance.reading.mapping import ColumnMapping, Said, SavedMapping
from compliance.reading.said import DAY, Texts
from compliance.reading.sheets import Row
from compliance.wording import phrases
from compliance.wording.tables import Column, Head, Table, table

SHOWN_ROWS: Final = 8
EXAMPLES: Final = 2
LONGEST: Final = 24
LONGEST_ONCE: Final = 80
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


# --- What a file says once ----------------------------------------------------------------------------------------

NOT_SAID: Final = N_("Nowhere")
NOT_IN_TEXT: Final = N_("That does not stand in the text, or has a day in it, which is another one in the next file.")
UNKNOWN: Final = N_("Unknown")
PLACES: Final = {
    "title": N_("Above the table: {text}"),
    "sheet": N_("Name of the sheet: {text}"),
    "file": N_("Name of the file: {text}"),
}
SAID: Final = {
    "title": N_("above the table: {text}"),
    "sheet": N_("name of the sheet: {text}"),
    "file": N_("name of the file: {text}"),
    "constant": N_("“{text}”, as you have said"),
}
# All, some or none of a whole: a label, a word for a table, and the codes that it is likely to mean.
SHARES: Final = {
    "all": N_("{field}: all parts"),
    "some": N_("{field}: some parts"),
    "none": N_("{field}: no part"),
}
LIKELY: Final = {"all": ("passed", "done"), "some": ("started", "ongoing"), "none": ("not_started",)}


def once_label(field: Field, say: Language) -> str:
    """The label of the choice where a field without a column stands."""
    return say(N_("{field}, if it stands once in the file"), field=say.pick(field.texts))


def place_label(place: tuple[str, int], text: str, say: Language) -> str:
    """A text of a file that a field may stand in, with an ellipsis for each day."""
    return say(PLACES[place[0]], text=_once(text))


def own_text_label(say: Language) -> str:
    """The choice of a text that the user writes."""
    return say(N_("Nowhere: I write it"))


def part_label(field: Field, say: Language) -> str:
    """The label of the part of a text that a field is."""
    return say(N_("The part that is {field}"), field=say.pick(field.texts).lower())


def lasting_label(texts: Texts, say: Language) -> str:
    """The choice that a text holds for each file with the same title, else of the same name."""
    if texts.title:
        return say(N_("Holds for every file with “{text}” above the table"), text=_once(texts.title[0]))
    return say(N_("Holds for every file called “{text}”"), text=_once(texts.file[0] if texts.file else ""))


def share_label(field: Field, size: str, example: str, say: Language) -> str:
    """What a share stands for in a field, with an example of it from the file."""
    label = say(SHARES[size], field=say.pick(field.texts))
    return f"{label} ({example})" if example else label


def place_text(each: Said, say: Language) -> str:
    """Where a mapping takes a field from that a file says once."""
    text = each.value if each.place == "constant" else f"{each.before}…{each.after}"
    return say(SAID[each.place], text=_once(text))


def _once(text: str) -> str:
    """A text of a file on one line, with an ellipsis for each day."""
    shown = " ".join(text.replace(DAY, "…").split())
    return shown if len(shown) <= LONGEST_ONCE else f"{shown[: LONGEST_ONCE - 1]}…"


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
        codes = mapping.shares.get(field.name, {})
        meant += [
            f"{share_label(field, size, '', say)} = {code_label(field, codes[size], say)}"
            for size in SHARES
            if size in codes
        ]
        through = mapping.through if field.refers_to and mapping.through else ""
        return "; ".join([*meant, *([say(N_("Matched by the column {column}."), column=through)] if through else [])])

    def column(field: Field, say: Language) -> str:
        key = mapping.fields.get(field.name)
        return shown.get(key, key) if key else place_text(mapping.said[field.name], say)

    columns: Sequence[Column[Field]] = (
        Column(N_("Field"), lambda field, say: say.pick(field.texts), row_header=True),
        Column(N_("Column"), column),
        Column(N_("Words"), words),
    )
    return table(columns, [f for f in source.fields if mapping.fields.get(f.name) or f.name in mapping.said], say)

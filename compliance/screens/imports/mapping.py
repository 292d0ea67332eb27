"""Mapping the columns of a file that no declaration recognises, and the saved mappings."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

import streamlit as st

from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.core.remembering import remembered
from compliance.declarations.sources import Field, Source
from compliance.drawing import charts
from compliance.loading import guessing
from compliance.loading.guessing import Candidate, Guess
from compliance.loading.loading import add_event
from compliance.reading import mapping
from compliance.reading.accounting import SheetUse, sheet_uses
from compliance.reading.mapping import ColumnMapping, Said, SavedMapping, headings_written, saved_mappings
from compliance.reading.markers import split_marker
from compliance.reading.naming import source_of_sheet
from compliance.reading.recognising import Match, Near, as_mapping, known_headings, nearest
from compliance.reading.said import shares_of
from compliance.reading.sheets import HEADING_ROWS, Sheet, Workbook, top_rows
from compliance.screens import downloads, fields, reads, views, widgets
from compliance.screens.caching import read
from compliance.screens.downloads import File, FileName
from compliance.screens.imports import mapping_texts, once
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Database

SHOWN_COLUMNS: Final = 8
WORDS_SHOWN: Final = 12
T = TypeVar("T")


@dataclass(frozen=True)
class Opened:
    """A sheet of a file on the panel. What is guessed of it is computed once, and forgotten with the file."""

    view: View
    book: Workbook
    number: int
    match: Match | None
    proposes: bool

    @property
    def sheet(self) -> Sheet:
        """The sheet as read."""
        return self.book.sheets[self.number]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """A result that depends on the sheet, the declarations and the data alone."""
        return remembered(self.match or self.book, (self.view.data.version, self.number, key), make)

    def columns(self, index: int) -> list[Candidate]:
        """The columns below the headings in a row."""
        known = known_headings(reads.sources(self.view.data).values())
        return self.once(("columns", index), lambda: guessing.candidates(self.sheet, index, reads.words(), known))

    def likely(self, index: int, source_id: str | None) -> Source | None:
        """The source that the user chose, or that the refusal of the file names, else a guess by its columns."""
        every = reads.sources(self.view.data)
        if not self.proposes:
            return every.get(source_id or "")
        proposed = source_id or _proposed(self.view, self.book, self.number)
        if proposed in every or not self.columns(index):
            return every.get(proposed or "")
        guess = lambda: guessing.likely_source(self.columns(index), every.values(), reads.words())  # noqa: E731
        return self.once(("likely", index), guess)


def panel(
    view: View, file_id: str, book: Workbook, matches: Sequence[Match], *, source_id: str | None, proposes: bool
) -> None:
    """Draw the form that maps a file: its sheet, heading row, a column for each field, and the meaning of its words.

    `matches` is how the file is read now, if it is recognised; `source_id` is the source that the user has chosen.
    `proposes` is whether something says what it could be.
    """
    say, book = view.say, split_marker(book)[0]
    _sheets(view, book, matches)
    opened = _opened(view, file_id, book, matches, proposes=proposes)
    match, sheet = opened.match, opened.sheet
    source_id = match.source.id if match else source_id
    index = _heading_row(opened, file_id)
    allowed, columns = _shown_sheet(opened, file_id, index, source_id)
    _first_rows(opened, top_rows(allowed), index)
    if not columns or guessing.looks_like_data(top_rows(sheet)[index], reads.sources(view.data).values()):
        text = N_(
            "Row {n} has no headings. Choose the row with the headings. "
            "If the file has none, write them in a row of their own and load it again."
        )
        widgets.html(charts.note(say(text, n=index + 1)))
        return
    source = _source(opened, file_id, index, source_id)
    if source:
        key = f"{file_id} {sheet.name} {index} {source.id}"
        _mapped(opened, key, source, index, columns=columns, allowed=allowed)


def _mapped(opened: Opened, key: str, source: Source, index: int, *, columns: list[Candidate], allowed: Sheet) -> None:
    """Draw the choice of the columns and words of a source, and the button that reads the file so."""
    view, match = opened.view, opened.match
    as_now = match is not None and match.source.id == source.id and match.heading_row == index + 1
    guessed = _as_read(match, columns) if match and as_now else _guesses(opened, source, index)
    before = match.mapping if match and as_now else None
    file = _once(opened, key, source, index, allowed=allowed, before=before)
    said: dict[str, Said] = {}

    def below(field: Field) -> None:
        if field.type != "level" and (found := once.place_of_field(file, field)):
            said[field.name] = found

    fields = _fields(view, key, source, columns, guessed, below=below)
    words, shares = _words(file, columns, fields)
    if lacking := [field for field in source.required if field.name not in fields | said]:
        names = ", ".join(view.say.pick(field.texts) for field in lacking)
        widgets.html(charts.caption(view.say(N_("Still to choose: {names}."), names=names)))
    kind: Literal["primary", "secondary"] = "secondary" if match else "primary"
    if st.button(view.say(N_("Read the file like this")), type=kind, key=f"map {key}", disabled=bool(lacking)):
        written = headings_written(top_rows(opened.sheet)[index])
        mapped = ColumnMapping(source.id, tuple(written), fields, words, written=written, said=said, shares=shares)
        _save(view, mapped)


def _once(
    opened: Opened, key: str, source: Source, index: int, *, allowed: Sheet, before: ColumnMapping | None
) -> once.Once:
    """What the file says once."""
    view, every = opened.view, list(reads.sources(opened.view.data).values())

    def make() -> once.Once:
        with view.database.cursor() as cursor:
            known = guessing.known_values(cursor, source, day=view.as_of, known_at=EVERYTHING_KNOWN)
        return once.once_in(
            view,
            key,
            source,
            opened.book,
            number=opened.number,
            heading_row=index + 1,
            allowed=allowed,
            known=known,
            before=before,
            words=reads.words(),
            sources=every,
        )

    return replace(opened.once(("once", index, source.id, view.as_of, key), make), view=view)


def _sheets(view: View, book: Workbook, matches: Sequence[Match]) -> None:
    """Draw what becomes of each sheet of a workbook; nothing if it has only one."""
    uses = _uses(view, book, matches)
    if len(uses) > 1:
        widgets.table(view, mapping_texts.SHEETS, uses, caption=view.say(N_("Sheet")))


def _uses(view: View, book: Workbook, matches: Sequence[Match]) -> list[SheetUse]:
    taken = tuple((match.number, match.source.id, match.heading_row) for match in matches)

    def make() -> list[SheetUse]:
        with view.database.cursor() as cursor:
            mappings = [entry.columns for entry in saved_mappings(cursor)]
        return sheet_uses(book, matches, reads.sources(view.data), reads.words(), mappings)

    return remembered(book, (view.data.version, "uses", taken), make)


def _near(view: View, book: Workbook) -> Near | None:
    """What the refusal of the file names."""
    every = reads.sources(view.data)
    known, named = known_headings(every.values()), list(every.values())
    return remembered(book, (view.data.version, "near"), lambda: nearest(book, named, reads.words(), known))


def _proposed(view: View, book: Workbook, number: int) -> str | None:
    """The source that a sheet is said to be, else recognised as, else the one that the refusal of the file names."""
    named = source_of_sheet(book, number, list(reads.sources(view.data).values()), reads.words())
    if named:
        return named.id
    use, near = _uses(view, book, ())[number], _near(view, book)
    if use.why not in {"other", "no_rows"} and near and near.sheet == number:
        return near.source.id
    return use.source.id if use.source else None


def _as_read(match: Match, columns: Sequence[Candidate]) -> dict[str, Guess]:
    """The columns that the fields are read from now."""
    keys = {column.key for column in columns}
    fields = as_mapping(match, through=None).fields
    return {name: Guess(key, "read") for name, key in fields.items() if key in keys}


def _save(view: View, columns: ColumnMapping) -> None:
    """Save a mapping for all files with its headings, and rerun the page."""
    widgets.require(Permission.LOAD_EXPORTS)
    order = views.order()
    with view.database.writing() as cursor:
        mapping.save(cursor, columns, who=order.who)
        what = f"{columns.source}: {len(columns.fields)} columns"
        add_event(cursor, order, "map", what, action=Action.MAPPING, told=columns.source, columns=len(columns.fields))
    st.rerun()


def _opened(view: View, file_id: str, book: Workbook, matches: Sequence[Match], *, proposes: bool) -> Opened:
    """Draw the choice of a sheet, if there are several."""
    filled = [number for number, sheet in enumerate(book.sheets) if sheet.cells.num_rows] or [0]
    number, names = filled[0], {number: book.sheets[number].name for number in filled}
    if len(filled) > 1:
        likely = _likely_sheet(view, book, matches, filled)
        chosen = fields.choice(view.say(N_("Sheet")), names, now=likely, key=f"sheet {file_id}", width=460)
        number = likely if chosen is None else chosen
    return Opened(view, book, number, next((match for match in matches if match.number == number), None), proposes)


def _likely_sheet(view: View, book: Workbook, matches: Sequence[Match], filled: Sequence[int]) -> int:
    """The sheet that is read or recognised or nearly so, else the largest that the workbook shows."""
    uses, near = _uses(view, book, matches), _near(view, book)
    known = [number for number in filled if uses[number].why in {"taken", "other"}]
    if known:
        return known[0]
    if near and near.sheet in filled:
        return near.sheet

    def size(number: int) -> tuple[bool, int]:
        sheet = uses[number].sheet
        return not sheet.hidden, sheet.cells.num_rows * sheet.cells.num_columns

    return max(filled, key=size)


def _heading_row(opened: Opened, file_id: str) -> int:
    """Draw the choice of the heading row. Return its index."""
    sheet, match = opened.sheet, opened.match
    likely = opened.once("row", lambda: guessing.likely_row(sheet, reads.sources(opened.view.data).values()))
    number: int = st.number_input(
        opened.view.say(N_("Row with the headings")),
        min_value=1,
        max_value=max(1, min(HEADING_ROWS, sheet.cells.num_rows)),
        value=match.heading_row if match else likely + 1,
        key=f"heading {file_id} {sheet.name}",
        width=220,
    )
    return number - 1


def _shown_sheet(opened: Opened, file_id: str, index: int, source_id: str | None) -> tuple[Sheet, list[Candidate]]:
    """The first rows of the sheet and its columns, without rows that have or may have level 4 in a column of levels."""
    every = reads.sources(opened.view.data)
    sheet = opened.sheet
    if opened.match:  # without the columns of what the file says once
        sheet = replace(opened.match.sheet, cells=opened.match.sheet.cells.select(sheet.cells.column_names))
    chosen = st.session_state.get(_source_key(file_id, source_id))
    source = every[chosen] if chosen in every else opened.likely(index, source_id)
    fields = _levels_chosen(opened, f"{file_id} {sheet.name} {index}", source, index) if source else {}

    def shown() -> tuple[Sheet, list[Candidate]]:
        words, known = reads.words(), known_headings(every.values())
        allowed = guessing.shown_sheet(sheet, index, source, fields, words=words, sources=every.values())
        return allowed, guessing.candidates(allowed, index, words, known)

    return opened.once(("shown", index, source and source.id, tuple(sorted(fields.items()))), shown)


def _levels_chosen(opened: Opened, key: str, source: Source, index: int) -> dict[str, str]:
    """The columns chosen for levels, else guessed: from the session, since the widgets are drawn later."""
    names = [field.name for field in source.fields if field.type == "level"]
    guessed = _guesses(opened, source, index) if names else {}
    fields = {name: guessed[name].key for name in names if name in guessed}
    chosen = {name: st.session_state.get(_field_key(f"{key} {source.id}", name)) for name in names}
    return fields | {name: column for name, column in chosen.items() if column}


def _first_rows(opened: Opened, rows: list[list[str | None]], index: int) -> None:
    say = opened.view.say
    hidden = (
        guessing.hidden_places(rows[index], reads.words(), known_headings(reads.sources(opened.view.data).values()))
        if rows
        else frozenset()
    )
    shown = mapping_texts.first_rows(rows, index, SHOWN_COLUMNS, hidden, say)
    widgets.html(charts.table(*shown, caption=say(N_("The first rows"))))


def _source_key(file_id: str, source_id: str | None) -> str:
    return f"mapped source {file_id} {source_id}"


def _field_key(key: str, name: str) -> str:
    return f"field {key} {name}"


def _source(opened: Opened, file_id: str, index: int, source_id: str | None) -> Source | None:
    say, every = opened.view.say, reads.sources(opened.view.data)
    likely = opened.likely(index, source_id)
    names = {id_: say.pick(source.title) for id_, source in every.items()}
    now, key = likely.id if likely else None, _source_key(file_id, source_id)
    chosen = fields.choice(say(N_("Taken for")), names, now=now, key=key, placeholder=say(N_("Export")), width=460)
    return every[chosen] if chosen else None


def _guesses(opened: Opened, source: Source, index: int) -> dict[str, Guess]:
    view = opened.view

    def make() -> dict[str, Guess]:
        with view.database.cursor() as cursor:
            known = guessing.known_values(cursor, source, day=view.as_of, known_at=EVERYTHING_KNOWN)
            before = guessing.headings_before(cursor, source)
        return guessing.guesses(source, opened.columns(index), words=reads.words(), known=known, before=before)

    return opened.once(("guesses", index, source.id, view.as_of), make)


def _fields(
    view: View,
    key: str,
    source: Source,
    columns: Sequence[Candidate],
    guessed: dict[str, Guess],
    *,
    below: Callable[[Field], None] = lambda _field: None,
) -> dict[str, str]:
    """Draw the choice of a column for each field, required ones first. Guesses are filled in and marked as such.

    `below` draws more below a required field without a column.
    """
    say = view.say
    if note := mapping_texts.guess_note(guessed, say):
        widgets.html(charts.caption(note))
    names = {column.key: mapping_texts.column_label(column) for column in columns}
    chosen: dict[str, str] = {}
    ordered = sorted((field for field in source.fields if not field.secret), key=lambda field: not field.required)
    left, right = st.columns(2, gap="large")
    for number, field in enumerate(ordered):
        guess = guessed.get(field.name)
        with left if number % 2 == 0 else right:
            picked = fields.choice(
                mapping_texts.field_label(field, guess, say),
                names,
                now=guess.key if guess else None,
                placeholder=say(N_("No column")),
                key=_field_key(key, field.name),
            )
            if field.required and not picked:
                below(field)
        if picked:
            chosen[field.name] = picked
    return chosen


def _words(
    file: once.Once, columns: Sequence[Candidate], fields: dict[str, str]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Draw the choice of a meaning for each unknown word, and for shares. Return the chosen codes of both by field."""
    view, key, by_key = file.view, file.key, {column.key: column for column in columns}
    chosen = [(field, by_key[fields[field.name]]) for field in file.source.fields if field.name in fields]
    shared = [(field, column) for field, column in chosen if once.has_shares(field, column)]
    unknown = [
        (field, word, number)
        for field, column in chosen
        for word, number in guessing.unknown_words(field, column, reads.words())[:WORDS_SHOWN]
        if (field, column) not in shared or word not in shares_of([value for value, _ in column.values])
    ]
    if not unknown and not shared:
        return {}, {}
    say = view.say
    note = mapping_texts.words_note([field for field, _, _ in unknown], say) if unknown else ""
    widgets.html(charts.section(say(N_("Meaning")), note=note, level=3))
    shares = {field.name: once.share_choices(file, field, column) for field, column in shared}
    meanings: dict[str, dict[str, str]] = {}
    left, right = st.columns(2, gap="large")
    for number, (field, word, rows) in enumerate(unknown):
        with left if number % 2 == 0 else right:
            code = _word_choice(view, f"word {key} {field.name} {word}", field, word, rows)
        if code:
            meanings.setdefault(field.name, {})[word] = code
    return meanings, {name: codes for name, codes in shares.items() if codes}


def _word_choice(view: View, key: str, field: Field, word: str, rows: int) -> str | None:
    say = view.say
    codes = list(mapping.YES_NO) if field.type == "yes_no" else list(field.words)
    names = {code: mapping_texts.code_label(field, code, say) for code in codes}
    unsaid = say(N_("None of them")) if mapping_texts.is_open(field) else say(N_("Unknown"))
    label = widgets.plain(mapping_texts.word_label(field, word, rows, say))
    return fields.choice(label, names, placeholder=unsaid, key=key)


# --- Saved mappings -----------------------------------------------------------------------------------------------


_saved = read(10)(saved_mappings)


def mappings(view: View) -> None:
    """Draw the saved mappings, each to change, to download as a source file, or to delete."""
    say = view.say
    widgets.html(
        charts.section(
            say(N_("Columns that you have connected")),
            note=say(N_("Remembered for files with exactly these headings.")),
        )
    )
    saved = _saved(view.data)
    if not saved:
        widgets.html(charts.caption(say(N_("Nothing yet."))))
    for entry in saved:
        source = reads.sources(view.data).get(entry.columns.source)
        if source:
            with st.expander(widgets.plain(mapping_texts.mapping_title(entry, source, say))):
                _saved_mapping(view, entry, source)


def _saved_mapping(view: View, entry: SavedMapping, source: Source) -> None:
    say, columns = view.say, entry.columns
    widgets.html(charts.caption(mapping_texts.saved_at(entry, say)))
    as_candidates = [Candidate(place, key, heading, ()) for place, (key, heading) in enumerate(columns.shown.items())]
    now = {name: Guess(key, "before") for name, key in columns.fields.items() if key in columns.headings}
    if st.toggle(say(N_("Edit")), key=f"change {entry.number}"):
        fields = _fields(view, f"kept {entry.number}", source, as_candidates, now)
        if st.button(say(N_("Save")), type="primary", key=f"save {entry.number}"):
            _save(view, replace(columns, fields=fields))
    else:
        widgets.html(charts.table(*mapping_texts.mapping_table(columns, source, say), caption=say(N_("Columns"))))
    with st.container(horizontal=True, key=f"mapping-{entry.number}"):
        file = File(
            say(N_("Download")),
            # the server finds the file by this name
            FileName(f"{source.id}.toml"),
            "application/toml",
            key=f"toml {entry.number}",
            make=lambda _job: mapping.as_source_file(columns, source).encode(),
            action=Action.EXTRACT,
            what="mapping",
            details={"source": source.id},
        )
        downloads.offer_small(view, file)
        with st.popover(say(N_("Delete"))):
            if st.button(say(N_("Delete")), type="primary", key=f"forget {entry.number}"):
                _delete(view.database, entry)
    widgets.html(
        charts.caption(say(N_("The source file belongs in the folder data/store/sources of the organisation.")))
    )


def _delete(database: Database, entry: SavedMapping) -> None:
    widgets.require(Permission.LOAD_EXPORTS)
    order = views.order()
    with database.writing() as cursor:
        mapping.delete(cursor, entry.columns, who=order.who)
        source = entry.columns.source
        add_event(cursor, order, "unmap", source, action=Action.MAPPING, told=source, removed=True)
    st.rerun()

"""What a file says once, on the panel that maps it: where a field without a column stands, and what shares mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from compliance.declarations.sources import Field, Source
from compliance.drawing import charts
from compliance.loading import guessing
from compliance.loading.guessing import Candidate
from compliance.reading import said
from compliance.reading.mapping import ColumnMapping, Said
from compliance.reading.said import Texts, shares_of, texts_of, whole_of
from compliance.reading.sheets import Sheet, Workbook
from compliance.screens import fields, widgets
from compliance.screens.imports import mapping_texts
from compliance.screens.views import View


@dataclass(frozen=True)
class Once:
    """The texts that stand once in a file, those of them that a page may show, and what is known of a source.

    `known` are the values that fields had in other exports, in lower case; `before` is the mapping by which the file is
    read now.
    """

    view: View
    key: str
    source: Source
    texts: Texts
    shown: frozenset[str]
    known: Mapping[str, frozenset[str]]
    before: ColumnMapping | None

    def places(self) -> list[tuple[str, int]]:
        """Where a field may stand: the place and the number of its text."""
        every = [(place, number) for place in said.PLACES for number in range(len(self.texts.of(place)))]
        return [each for each in every if self.text(each) in self.shown]

    def text(self, place: tuple[str, int]) -> str:
        """The text of a place."""
        return self.texts.of(place[0])[place[1]]


def once_in(
    view: View,
    key: str,
    source: Source,
    book: Workbook,
    *,
    number: int,
    heading_row: int,
    allowed: Sheet,
    known: Mapping[str, frozenset[str]],
    before: ColumnMapping | None,
    words: dict[str, list[str]],
    sources: Sequence[Source],
) -> Once:
    """What a file says once beside the table of a sheet; of `allowed` and of covers a page may show no level 4."""
    sheets = [
        allowed if place == number else guessing.shown_sheet(sheet, 0, None, {}, words=words, sources=sources)
        for place, sheet in enumerate(book.sheets)
    ]
    shown = texts_of(replace(book, sheets=tuple(sheets)), number, heading_row)
    texts = texts_of(book, number, heading_row)
    return Once(view, key, source, texts, frozenset([*shown.title, *shown.sheet, *shown.file]), known, before)


def place_of_field(once: Once, field: Field) -> Said | None:
    """Draw where a field without a column stands. Return how it is found, once that is said."""
    say, places = once.view.say, once.places()
    names = {str(n): mapping_texts.place_label(place, once.text(place), say) for n, place in enumerate(places)}
    own = str(len(places))
    names[own] = mapping_texts.own_text_label(say)
    now, part = _proposed(once, field, places)
    label = mapping_texts.once_label(field, say)
    chosen = fields.choice(
        label, names, now=now, placeholder=say(mapping_texts.NOT_SAID), key=f"once {once.key} {field.name}"
    )
    if chosen is None:
        return None
    if chosen == own:
        return _constant(once, field, part if now == own else "")
    return _part(once, field, places[int(chosen)], part if chosen == now else "")


def _proposed(once: Once, field: Field, places: Sequence[tuple[str, int]]) -> tuple[str | None, str]:
    """The number of the text that a field is read from now, or that has a known value of it; and that part."""
    before = once.before.said.get(field.name) if once.before else None
    if before and before.place == "constant":
        return str(len(places)), before.value
    for number, place in enumerate(places):
        value = said.value_of(before, once.texts) if before and before.place == place[0] else None
        if value and value in once.text(place):
            return str(number), value
    for number, place in enumerate(places):
        if value := said.known_part(once.text(place), once.known.get(field.name, frozenset())):
            return str(number), value
    return None, ""


def _part(once: Once, field: Field, place: tuple[str, int], part: str) -> Said | None:
    """Draw the part of a text that a field is."""
    say, text = once.view.say, once.text(place)
    key = f"part {once.key} {field.name} {place}"
    chosen = fields.line(mapping_texts.part_label(field, say), value=part or said.likely_part(text), key=key)
    found = said.pattern(once.texts, *place, chosen)
    if chosen and found is None:
        widgets.html(charts.caption(say(mapping_texts.NOT_IN_TEXT)))
    return found


def _constant(once: Once, field: Field, value: str) -> Said | None:
    """Draw the text that a user says, and whether it holds for other files of the same title or name."""
    say, key = once.view.say, f"{once.key} {field.name}"
    text = fields.line(mapping_texts.field_label(field, None, say), value=value, key=f"own {key}").strip()
    if not text:
        return None
    is_told = said.is_told(once.texts, text, once.source)
    label = widgets.plain(mapping_texts.lasting_label(once.texts, say))
    lasts = st.checkbox(label, value=is_told, key=f"lasts {key} {is_told}")
    found = said.constant(once.texts, text, lasts=lasts)
    return found if found.value else None


# --- Shares -------------------------------------------------------------------------------------------------------


def has_shares(field: Field, column: Candidate) -> bool:
    """Whether the values of a column are mostly shares, such as 3/3, for a field of words."""
    values = [value for value, _ in column.values]
    return field.type == "word" and 2 * len(shares_of(values)) > len(values)


def share_choices(once: Once, field: Field, column: Candidate) -> dict[str, str]:
    """Draw what all, some and none of a whole mean in a field. Return the chosen codes."""
    say, found = once.view.say, shares_of([value for value, _ in column.values])
    before = once.before.shares.get(field.name, {}) if once.before else {}
    names = {code: mapping_texts.code_label(field, code, say) for code in field.words}
    chosen = {}
    for size in mapping_texts.SHARES:
        example = next((cell for cell, its in found.items() if its == size), "")
        label = widgets.plain(mapping_texts.share_label(field, size, example, say))
        now = before.get(size) or next((code for code in mapping_texts.LIKELY[size] if code in names), None)
        key = f"share {once.key} {field.name} {size}"
        if code := fields.choice(label, names, now=now, placeholder=say(mapping_texts.UNKNOWN), key=key):
            chosen[size] = code
    return chosen | {"whole": whole_of([value for value, _ in column.values])} if chosen else {}

"""The texts of the page of extracts: what the preview shows of a table. No Streamlit."""

from dataclasses import replace
from typing import Final

import pyarrow.compute as pc

from compliance.core.language import N_, Language
from compliance.core.lengths import shortened
from compliance.extracts.declared import ExtractColumn
from compliance.extracts.extracting import Extract
from compliance.extracts.words import titled
from compliance.wording import phrases

# Texts of the preview are cut to this length; the file has them whole.
SHOWN_LETTERS: Final = 40
EMPTY: Final = (None, "")


def columns(extract: Extract, say: Language) -> tuple[str, list[ExtractColumn]]:
    """What is the same in all rows of an extract, in a line, and its columns that vary; all of them of one row."""
    # the id of a point is for other programs: its title stands beside it
    own = [each for each in extract.definition.columns if each.name != "point_id"]
    table = extract.table
    if len(table) == 1:
        return "", own
    varying = [each for each in own if pc.count_distinct(table[each.name], mode="all").as_py() > 1]
    first = titled(replace(extract, table=table.slice(0, 1)), say).to_pylist()[0]
    same = {say.pick(each.title): each for each in own if each not in varying}
    told = [
        say(N_("{title}: {value}"), title=title, value=cell(first[title], each, say))
        for title, each in same.items()
        if first[title] not in EMPTY
    ]
    if empty := [title for title in same if first[title] in EMPTY]:
        told.append(say(N_("Empty: {columns}"), columns=", ".join(empty)))
    return " · ".join(told), varying


def cell(value: object, column: ExtractColumn, say: Language) -> str:
    """A value of the preview."""
    if column.percent and isinstance(value, float):
        return say.percent(value)
    return shortened(phrases.stored_value(value, say), SHOWN_LETTERS)

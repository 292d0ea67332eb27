"""What the page says of an import that was loaded."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language
from compliance.correcting.previewing import Effect
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.loading.validating import REASONS
from compliance.screens.imports import texts
from compliance.store.database import Rows
from compliance.wording import phrases


def import_label(row: Mapping[str, Any], sources: Mapping[str, Source], say: Language) -> str:
    """An import in a list: its number, export, file and day."""
    source = say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"]
    return f"{row['import_id']} · {source} · {row['file']} · {row['extract_date']}"


def changed_points(found: Effect, scope: Scope) -> list[Point]:
    """The points whose figure for the organisation an import moved."""
    before = {figure.point.id: figure for figure in found.before if figure.organisation == scope.organisation}
    after = [figure for figure in found.after if figure.organisation == scope.organisation]
    return [f.point for f in after if f.point.id in before and texts.counts(before[f.point.id]) != texts.counts(f)]


def point_label(point: Point, say: Language) -> str:
    """A point in a list."""
    return phrases.label(point, say)


def import_pairs(row: Mapping[str, Any], moved: str, sources: Mapping[str, Source], say: Language) -> list[charts.Pair]:
    """Who loaded what, when and from what."""
    by = texts.FOUND_BY.get(row["extract_date_by"])
    rows = say(
        N_("**{n}** loaded, **{rejected}** rejected."),
        n=say.number(row["loaded"]),
        rejected=say.number(row["rejected"]),
    )
    if row["warnings"]:
        rows += " " + say.plural("{n} value has a warning.", "{n} values have a warning.", row["warnings"])
    pairs = [
        charts.Pair(
            say(N_("Export")), say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"]
        ),
        charts.Pair(say(N_("Organisation")), row["organisation"]),
        charts.Pair(say(N_("Extract date")), say.date(row["extract_date"]), say(by) if by else ""),
        charts.Pair(say(N_("Loaded")), texts.when_and_who(row, say)),
        charts.Pair(say(N_("Rows")), rows, moved),
        charts.Pair(say(N_("State")), texts.state(row, say)),
        charts.Pair(say(N_("SHA-256 of the file")), f"{row['sha256'][:16]} {row['sha256'][16:32]}", row["sha256"][32:]),
    ]
    if row["sheets"]:
        pairs.insert(2, charts.Pair(say(N_("Sheet")), row["sheets"]))
    return pairs


def stays_text(found: Rows, say: Language) -> str:
    """Which imports complete one that is going to be revoked, and count all the same."""
    return say.plural(
        "Import {imports} completes it and still counts. Revoke that too if it shall not.",
        "Imports {imports} complete it and still count. Revoke those too if they shall not.",
        len(found),
        imports=phrases.listed([f"{row['import_id']} ({row['file']})" for row in found], say),
    )


def problem_rows(found: Rows, say: Language) -> list[dict[str, object]]:
    """What was wrong in an import, as rows to download."""
    return [
        {
            say(N_("Sheet")): row["sheet"] or "",
            say(N_("Row")): row["row"],
            say(N_("Column")): row["column"] or "",
            say(N_("Value")): row["value"] or "",
            say(N_("What is wrong and what to do")): say(REASONS[row["reason"]]),
            say(N_("Rejected")): say(N_("Yes")) if row["kind"] == "rejected" else say(N_("No")),
        }
        for row in found
    ]


def problems_name(row: Mapping[str, Any], say: Language) -> str:
    """What the file with an import's problems is called."""
    return f"{say(phrases.REJECTED)} import {row['import_id']}.csv"


def cell_table(found: Rows, say: Language) -> pd.DataFrame:
    """Rows of cells under the letters of their columns, each with its number; empty columns at the end left out."""
    width = max((place + 1 for row in found for place, cell in enumerate(row["cells"]) if cell is not None), default=0)
    letters = [column_letter(place) for place in range(width)]
    table = {say(N_("Row")): [row["row"] for row in found]}
    for place, letter in enumerate(letters):
        table[letter] = [(row["cells"][place] or "") if place < len(row["cells"]) else "" for row in found]
    return pd.DataFrame(table)


def column_letter(place: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

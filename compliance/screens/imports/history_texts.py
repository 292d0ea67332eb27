"""The texts of a loaded import. No Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from openpyxl.utils import get_column_letter

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language
from compliance.correcting.previewing import Effect
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.loading.validating import REASONS
from compliance.screens import effect_texts
from compliance.screens.imports import texts
from compliance.screens.people_texts import when_and_who
from compliance.store.database import Rows
from compliance.wording import phrases
from compliance.wording.tables import Column, field, records


def changed_points(effect: Effect, scope: Scope) -> list[Point]:
    """The points whose figure for the organisation an import changed."""
    before = {figure.point.id: figure for figure in effect.before if figure.organisation == scope.organisation}
    after = [figure for figure in effect.after if figure.organisation == scope.organisation]
    return [
        f.point
        for f in after
        if f.point.id in before and effect_texts.counts(before[f.point.id]) != effect_texts.counts(f)
    ]


def import_pairs(
    row: Mapping[str, Any], moved: str, state: str, sources: Mapping[str, Source], say: Language
) -> list[charts.Pair]:
    """The facts of an import: export, organisation, dates, rows, state and the file's SHA-256."""
    by = texts.FOUND_BY.get(row["extract_date_by"])
    rows = texts.row_counts(row["loaded"], row["rejected"], say)
    if row["warnings"]:
        rows += f" {texts.warned_text(row['warnings'], say)}"
    pairs = [
        charts.Pair(say(N_("Export")), texts.source_name(row["source"], sources, say)),
        charts.Pair(say(N_("Organisation")), row["organisation"]),
        charts.Pair(say(N_("Extract date")), say.date(row["extract_date"]), say(by) if by else ""),
        charts.Pair(say(N_("Loaded")), when_and_who(row["imported_at"], row["imported_by"], say)),
        charts.Pair(say(N_("Rows")), rows, moved),
        charts.Pair(say(N_("State")), state),
        charts.Pair(say(N_("SHA-256 of the file")), f"{row['sha256'][:16]} {row['sha256'][16:32]}", row["sha256"][32:]),
    ]
    if row["sheets"]:
        pairs.insert(2, charts.Pair(say(N_("Sheet")), row["sheets"]))
    return pairs


def stays_text(completing: Rows, say: Language) -> str:
    """Which imports complete the one to be revoked, and would still count."""
    return say.plural(
        "Import {imports} completes it and still counts. Revoke it too unless it should count.",
        "Imports {imports} complete it and still count. Revoke them too unless they should count.",
        len(completing),
        imports=phrases.listed([f"{row['import_id']} ({row['file']})" for row in completing], say),
    )


DOWNLOADED: Final[Sequence[Column[Mapping[str, Any]]]] = (
    Column(N_("Sheet"), lambda row, _: row["sheet"] or ""),
    Column(N_("Row"), field("row")),
    Column(N_("Column"), lambda row, _: row["column"] or ""),
    Column(N_("Value"), lambda row, _: phrases.as_read(row["value"] or "")),
    Column(N_("What is wrong and what to do"), lambda row, say: say(REASONS[row["reason"]])),
    Column(N_("Rejected"), lambda row, say: say(N_("Yes")) if row["kind"] == "rejected" else say(N_("No"))),
)


def problem_rows(problems: Rows, say: Language) -> list[dict[str, object]]:
    """The problems of an import as rows to download."""
    return records(DOWNLOADED, problems, say)


def cell_table(rows: Rows, say: Language) -> pd.DataFrame:
    """Rows of cells with row numbers and column letters; empty columns at the end are left out."""
    width = max((place + 1 for row in rows for place, cell in enumerate(row["cells"]) if cell is not None), default=0)
    table = {say(N_("Row")): [row["row"] for row in rows]}
    for place in range(width):
        cells = [row["cells"][place] if place < len(row["cells"]) else None for row in rows]
        table[get_column_letter(place + 1)] = [phrases.as_read(cell or "") for cell in cells]
    return pd.DataFrame(table)

"""The texts of data quality: the checks with findings, the findings, and the row behind one. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.counting.quality import Check, Finding, Reach, SheetRow, by_check, rests_on
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.loading.validating import REASONS
from compliance.wording import phrases
from compliance.wording.tables import Column, Table, table

SEVERITIES: Final = {"error": N_("Error"), "warning": N_("Warning"), "notice": N_("Notice")}
SIGNS: Final = {"error": Status.RED, "warning": Status.YELLOW, "notice": Status.NOTHING_TO_ASSESS}
OWNERS: Final = {
    "coordinator": N_("Coordinator"),
    "source_owner": N_("The owner of the source system"),
    "unit": N_("Unit"),
}
FACTS: Final = {"masked": N_("masked in a text"), "dropped_column": N_("the column was dropped")}


@dataclass(frozen=True)
class Filter:
    """The filter of findings; None matches everything."""

    owner: str | None = None
    point: Point | None = None

    def lets(self, check: Check, finding: Finding) -> bool:
        """Whether a finding passes the filter."""
        return self.owner in (None, check.owner) and (self.point is None or rests_on(self.point, finding.source))


@dataclass(frozen=True)
class Remark:
    """A check with its findings."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def sources(self) -> list[str]:
        """The exports with findings."""
        return list(dict.fromkeys(finding.source for finding in self.findings))


def remarks(checks: Sequence[Check], findings: Iterable[Finding], chosen: Filter) -> list[Remark]:
    """The checks with findings that pass the filter, in their order."""
    grouped = by_check(findings)
    every = [Remark(check, tuple(f for f in grouped.get(check.id, ()) if chosen.lets(check, f))) for check in checks]
    return [remark for remark in every if remark.findings]


def by_effect(remarks: Iterable[Remark], effects: Mapping[str, Reach]) -> list[Remark]:
    """The remarks by what they can change: those of most points first, then the gravest, then those of most rows."""
    order = list(SEVERITIES)

    def rank(remark: Remark) -> tuple[int, int, float]:
        effect = effects[remark.check.id]
        return -len(effect.points), order.index(remark.check.severity), -effect.share

    return sorted(remarks, key=rank)


def sentence(ordered: Sequence[Remark], effects: Mapping[str, Reach], points: Sequence[Point], say: Language) -> str:
    """How many of the remarks can change a figure, and with which to begin; else how many rows are wrong."""
    changing = sum(bool(effects[remark.check.id].points) for remark in ordered)
    if not changing:
        return _unchanged(sum(effects[r.check.id].rows for r in ordered if r.check.severity == "error"), say)
    first = ordered[0].check
    where = phrases.points_named([point.number for point in points if point.id in effects[first.id].points], say)
    if len(ordered) == 1:
        return say(N_("**{title}** can change {points}."), title=say.pick(first.title), points=where)
    return say.plural(
        "One of {of} remarks can change a figure: **{title}**, in {points}.",
        "{count} of {of} remarks can change a figure. Begin with **{title}**, in {points}.",
        changing,
        count=phrases.counted(changing, say),
        of=phrases.counted(len(ordered), say).lower(),
        title=say.pick(first.title),
        points=where,
    )


def _unchanged(wrong: int, say: Language) -> str:
    """That no figure says anything else for the remarks; rows that are wrong are to be mended nevertheless."""
    if not wrong:
        return say(N_("No remark changes what the figures say."))
    return say.plural(
        "{count} row is wrong and needs mending, but does not change what the figures say.",
        "{count} rows are wrong and need mending, but do not change what the figures say.",
        wrong,
        count=phrases.counted(wrong, say),
    )


def point_numbers(effect: Reach, points: Iterable[Point], say: Language) -> str:
    """The numbers of the points whose figure an effect can change."""
    return phrases.listed([str(point.number) for point in points if point.id in effect.points], say)


def remark_table(
    ordered: Sequence[Remark],
    effects: Mapping[str, Reach],
    points: Sequence[Point],
    address: Callable[[str], str],
    say: Language,
) -> Table:
    """The remarks, each with a link that opens its rows."""
    changing = N_("Can change point")

    def title(remark: Remark, say: Language) -> str:
        return charts.row_link(say.pick(remark.check.title), address(remark.check.id))

    columns: Sequence[Column[Remark]] = (
        Column(N_("Remark"), title, row_header=True),
        Column(N_("Severity"), _severity_mark, nowrap=True),
        Column(changing, lambda each, say: point_numbers(effects[each.check.id], points, say) or None),
        Column(N_("Rows"), lambda each, say: rows_text(effects[each.check.id], say), numeric=True),
        Column(N_("Responsible"), lambda each, say: say(OWNERS[each.check.owner])),
        Column(N_("What to do"), lambda each, say: say.pick(each.check.todo)),
    )
    some = any(point_numbers(effects[each.check.id], points, say) for each in ordered)
    return table(columns, ordered, say, without=() if some else (changing,))


def _severity_mark(remark: Remark, say: Language) -> str:
    severity = remark.check.severity
    return charts.status_mark(SIGNS[severity], say(SEVERITIES[severity]))


def rows_text(effect: Reach, say: Language) -> str:
    """How many rows are concerned, of how many; a finding about a whole file concerns all."""
    if not effect.rows:
        return say(N_("whole exports"))
    return say(N_("{n} of {of}"), n=say.number(effect.rows), of=say.number(effect.of))


def found_in(remark: Remark, sources: Mapping[str, Source], say: Language) -> str:
    """The exports with findings, each with their number."""
    counted = Counter(finding.source for finding in remark.findings)
    where = [f"{source_title(source, sources, say)} ({say.number(n)})" for source, n in counted.items()]
    return say(N_("Found in {where}."), where=phrases.listed(where, say))


def source_title(source: str, sources: Mapping[str, Source], say: Language) -> str:
    """The title of a source."""
    return say.pick(sources[source].title) if source in sources else source


def field_text(finding: Finding, sources: Mapping[str, Source], say: Language) -> str:
    """The column of a finding; if it has two, that the first is before the second."""
    if not finding.field:
        return ""
    titles = {field.name: say.pick(field.texts) for field in sources[finding.source].fields}
    first, comma, second = finding.field.partition(", ")
    if comma and first in titles and second in titles:
        return say(N_("{first} before {second}"), first=titles[first], second=titles[second])
    return titles.get(finding.field, finding.field)


def detail_text(detail: str | None, say: Language) -> str:
    """The detail of a finding: a fact in words, a reason without its advice, else the text itself."""
    if detail in REASONS:
        return say(REASONS[detail]).partition(". ")[0].rstrip(".")
    return say(FACTS[detail]) if detail in FACTS else detail or ""


def finding_rows(remark: Remark, sources: Mapping[str, Source], say: Language) -> list[dict[str, object]]:
    """The findings of a remark under translated headings, without empty columns."""
    check = remark.check
    table = [
        {
            say(N_("Source")): source_title(finding.source, sources, say),
            **({say.pick(check.subject): finding.subject or ""} if check.subject else {}),
            say(N_("Column")): field_text(finding, sources, say),
            **({say.pick(check.detail): detail_text(finding.detail, say)} if check.detail else {}),
            **({say.pick(check.number): finding.number} if check.number else {}),
            say(N_("File")): finding.file,
            say(N_("Sheet")): finding.sheet or "",
            say(N_("Row")): finding.row,
        }
        for finding in remark.findings
    ]
    shown = [title for title in table[0] if any(row[title] not in ("", None) for row in table)]
    return [{title: row[title] for title in shown} for row in table]


def csv_rows(shown: Sequence[Remark], sources: Mapping[str, Source], say: Language) -> list[dict[str, object]]:
    """A row per finding with its owner, to sort and send on."""
    return [
        {
            say(N_("Severity")): say(SEVERITIES[remark.check.severity]),
            say(N_("Remark")): say.pick(remark.check.title),
            say(N_("Source")): source_title(finding.source, sources, say),
            say(N_("What it concerns")): finding.subject or "",
            say(N_("Column")): field_text(finding, sources, say),
            say(N_("Details")): detail_text(finding.detail, say),
            say(N_("Number")): finding.number,
            say(N_("File")): finding.file,
            say(N_("Sheet")): finding.sheet or "",
            say(N_("Row")): "" if finding.row is None else finding.row,
            say(N_("Responsible")): say(OWNERS[remark.check.owner]),
            say(N_("What to do")): say.pick(remark.check.todo),
        }
        for remark in shown
        for finding in remark.findings
    ]


def place_line(finding: Finding, say: Language) -> str:
    """Where a finding is: file, sheet and row."""
    return phrases.source_line({"file": finding.file, "sheet": finding.sheet, "row": finding.row}, say)


def row_columns(row: SheetRow) -> Sequence[Column[tuple[str, object]]]:
    """A spreadsheet row: each heading with its value."""
    value = N_("Value as read") if row.as_read else N_("Value as loaded")
    return (
        Column(N_("Column"), lambda cell, _: cell[0], row_header=True),
        Column(value, lambda cell, say: phrases.stored_value(cell[1], say)),
    )


def clean_sentence(checks: Sequence[Check], reported: Sequence[Remark], say: Language) -> str:
    """The checks without findings, in a sentence."""
    ids = {remark.check.id for remark in reported}
    names = [say.pick(check.title).lower() for check in checks if check.id not in ids]
    return say(N_("Looked for and not found: {checks}."), checks=phrases.listed(names, say)) if names else ""

"""What the page of the data's quality says: the checks that found something, their findings, and the row behind one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.counting.quality import Check, Finding, SheetRow, by_check, rests_on
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.loading.validating import REASONS
from compliance.wording import phrases

SEVERITIES: Final = {"error": N_("Error"), "warning": N_("Warning"), "notice": N_("Notice")}
SIGNS: Final = {"error": Status.RED, "warning": Status.YELLOW, "notice": Status.NOTHING_TO_ASSESS}
OWNERS: Final = {
    "coordinator": N_("The coordinator"),
    "source_owner": N_("The owner of the source system"),
    "unit": N_("The unit"),
}
FACTS: Final = {"masked": N_("masked in a text"), "dropped_column": N_("the column was dropped")}


@dataclass(frozen=True)
class Filter:
    """Which findings are shown; what is None or empty lets everything through."""

    severities: tuple[str, ...] = ()
    owner: str | None = None
    source: str | None = None
    point: Point | None = None

    def lets(self, check: Check, finding: Finding) -> bool:
        """Whether a finding is shown."""
        return (
            (not self.severities or check.severity in self.severities)
            and self.owner in (None, check.owner)
            and self.source in (None, finding.source)
            and (self.point is None or rests_on(self.point, finding.source))
        )


@dataclass(frozen=True)
class Remark:
    """A check that found something, with its findings."""

    check: Check
    found: tuple[Finding, ...]

    @property
    def sources(self) -> list[str]:
        """The exports that it found something in."""
        return list(dict.fromkeys(finding.source for finding in self.found))


def remarks(checks: Sequence[Check], found: Iterable[Finding], chosen: Filter) -> list[Remark]:
    """The checks that found something that is shown, in their order."""
    grouped = by_check(found)
    every = [Remark(check, tuple(f for f in grouped.get(check.id, ()) if chosen.lets(check, f))) for check in checks]
    return [remark for remark in every if remark.found]


def legend(found: Sequence[Remark], say: Language) -> list[charts.LegendEntry]:
    """The severities, each with how many remarks have it."""
    counted = Counter(remark.check.severity for remark in found)
    return [
        charts.LegendEntry(SIGNS[severity], say(word), say.number(counted[severity]))  # type: ignore[index]
        for severity, word in SEVERITIES.items()
        if counted[severity]  # type: ignore[index]
    ]


def remark_pairs(remark: Remark, sources: Mapping[str, Source], say: Language) -> list[charts.Pair]:
    """Whose job a remark is, what to do, and in which exports it was found."""
    counted = Counter(finding.source for finding in remark.found)
    where = [f"{source_title(source, sources, say)} ({say.number(n)})" for source, n in counted.items()]
    return [
        charts.Pair(say(N_("Whose job it is")), say(OWNERS[remark.check.owner])),
        charts.Pair(say(N_("What to do")), say.pick(remark.check.todo)),
        charts.Pair(say(N_("Found in")), phrases.listed(where, say)),
    ]


def points_of(remark: Remark, points: Iterable[Point]) -> list[Point]:
    """The points that rest on the exports of a remark."""
    return [point for point in points if any(rests_on(point, source) for source in remark.sources)]


def source_title(source: str, sources: Mapping[str, Source], say: Language) -> str:
    """What a person calls a source."""
    return say.pick(sources[source].title) if source in sources else source


def field_text(finding: Finding, sources: Mapping[str, Source], say: Language) -> str:
    """The column that a finding is about; of two, that the one is before the other."""
    if not finding.field:
        return ""
    known = {field.name: say.pick(field.texts) for field in sources[finding.source].fields}
    first, comma, second = finding.field.partition(", ")
    if comma and first in known and second in known:
        return say(N_("{first} before {second}"), first=known[first], second=known[second])
    return known.get(finding.field, finding.field)


def detail_text(detail: str | None, say: Language) -> str:
    """What a finding says besides: a fact in words, what is wrong without what to do about it, else as it stands."""
    if detail in REASONS:
        return say(REASONS[detail]).partition(". ")[0].rstrip(".")
    return say(FACTS[detail]) if detail in FACTS else detail or ""


def finding_rows(remark: Remark, sources: Mapping[str, Source], say: Language) -> list[dict[str, object]]:
    """The findings of a remark as a person reads them, without columns that say nothing here."""
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
        for finding in remark.found
    ]
    shown = [title for title in table[0] if any(row[title] not in ("", None) for row in table)]
    return [{title: row[title] for title in shown} for row in table]


def csv_rows(found: Sequence[Remark], sources: Mapping[str, Source], say: Language) -> list[dict[str, object]]:
    """Every finding with whose job it is, one row each, to sort and send on."""
    return [
        {
            say(N_("Severity")): say(SEVERITIES[remark.check.severity]),
            say(N_("Remark")): say.pick(remark.check.title),
            say(N_("Source")): source_title(finding.source, sources, say),
            say(N_("Concerns")): finding.subject or "",
            say(N_("Column")): field_text(finding, sources, say),
            say(N_("Detail")): detail_text(finding.detail, say),
            say(N_("Number")): finding.number,
            say(N_("File")): finding.file,
            say(N_("Sheet")): finding.sheet or "",
            say(N_("Row")): "" if finding.row is None else finding.row,
            say(N_("Whose job it is")): say(OWNERS[remark.check.owner]),
            say(N_("What to do")): say.pick(remark.check.todo),
        }
        for remark in found
        for finding in remark.found
    ]


def place_line(finding: Finding, say: Language) -> str:
    """Where a finding stands: file, sheet and row."""
    return phrases.source_line({"file": finding.file, "sheet": finding.sheet, "row": finding.row}, say)


def row_table(row: SheetRow, say: Language) -> charts.Table:
    """A spreadsheet row, each heading with what stands under it."""
    value = say(N_("Value as read")) if row.as_read else say(N_("Value as loaded"))
    columns = [charts.Column(say(N_("Column")), row_header=True), charts.Column(value)]
    return columns, [[heading, phrases.stored_value(cell, say)] for heading, cell in row.cells]


def clean_sentence(checks: Sequence[Check], found: Sequence[Remark], say: Language) -> str:
    """What was looked for and not found."""
    there = {remark.check.id for remark in found}
    names = [say.pick(check.title).lower() for check in checks if check.id not in there]
    return say(N_("Looked for and not found: {checks}."), checks=phrases.listed(names, say)) if names else ""

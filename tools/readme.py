"""The parts of the documentation that are generated: from the product's declarations, and from what was measured.

`python -m tools.readme` writes the tables of docs/figures.md anew; a test compares. `make bench` and `make viewers`
write theirs into docs/speed.md.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from compliance.core.places import ROOT
from compliance.counting.figures import load_figures
from compliance.counting.outlook import load_definitions
from compliance.counting.quality import load_checks
from compliance.declarations.points import load_points
from compliance.declarations.sources import load_sources
from compliance.extracts.declared import load_extracts

FIGURES = ROOT / "docs" / "figures.md"
SPEED = ROOT / "docs" / "speed.md"
DAY = date(2026, 1, 1)


def table(headings: str, rows: Iterable[str]) -> str:
    lines = [headings, " | ".join(["---"] * len(headings.split(" | "))), *rows]
    return "\n".join(f"| {line} |" for line in lines)


def points_table() -> str:
    rows = []
    for point in load_points(None):
        target = point.target(DAY)
        needs = ", ".join([*(f"`{s}`" for s in point.needs), *(f"`{s}` if any" for s in point.uses)])
        title = point.title["sv"] + (" †" if point.mandatory_practice else "")
        aim = f"{target.target:.0%} / {target.limit:.0%}"
        rows.append(f"{point.number} | {title} | {point.rule['en']} | {needs} | {aim}")
    note = "† *obligatoriskt arbetssätt i väsentlighets- och riskanalysen*"
    return table("# | point | what is counted | needs | target / limit", rows) + f"\n\n{note}"


def sources_table() -> str:
    rows = []
    for source in load_sources(None).values():
        needed = ", ".join(field.title for field in source.required)
        rows.append(f"`{source.id}` | {source.title['sv']} | {source.system['en']} | {needed}")
    return table("source | Swedish title | comes from | columns that a row cannot do without", rows)


def figures_table() -> str:
    rows = []
    for figure in load_figures(None):
        points, needs = ", ".join(map(str, figure.points)), ", ".join(f"`{source}`" for source in figure.needs)
        counted = figure.explained(DAY)["en"]
        rows.append(f"`{figure.id}` | {figure.title['sv']} | {points} | {counted} | {needs}")
    return table("figure | Swedish title | beside point | what is counted | needs", rows)


def outlook_table() -> str:
    rows = [f"`{each.id}` | {each.title['sv']} | {each.definition['en']}" for each in load_definitions()]
    return table("outlook | Swedish title | what is counted", rows)


def extracts_table() -> str:
    rows = [f"`{extract.id}` | {extract.title['sv']} | {extract.purpose['en']}" for extract in load_extracts()]
    return table("extract | Swedish title | what it is for", rows)


def checks_table() -> str:
    rows = [
        f"`{check.id}` | {check.title['sv']} | {check.severity} | {check.explanation['en']}"
        for check in load_checks(None)
    ]
    return table("check | Swedish title | severity | what it finds", rows)


PARTS = {
    "points": points_table,
    "sources": sources_table,
    "figures": figures_table,
    "outlook": outlook_table,
    "extracts": extracts_table,
    "checks": checks_table,
}


def with_part(text: str, name: str, part: str) -> str:
    """`text` with a new part between the markers of this name."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    assert begin in text, f"there is no part {name}"
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{part.strip()}\n{end}", text, flags=re.S)


def filled(text: str) -> str:
    """The text of docs/figures.md with its tables made anew."""
    for name, make in PARTS.items():
        text = with_part(text, name, make())
    return text


def keep(path: Path, name: str, part: str) -> None:
    """Write a part of a document anew."""
    path.write_text(with_part(path.read_text("utf-8"), name, part), "utf-8")


if __name__ == "__main__":
    FIGURES.write_text(filled(FIGURES.read_text("utf-8")), "utf-8")

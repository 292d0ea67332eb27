"""The parts of README.md that are made from the product's own declarations.

`python -m tests.readme` writes them anew; a test compares.
"""

import re
from datetime import date
from pathlib import Path

from compliance.core.places import ROOT
from compliance.declarations.points import load_points
from compliance.declarations.sources import load_sources

README = ROOT / "README.md"
BENCH = ROOT / "docs" / "bench.md"
VIEWERS = ROOT / "docs" / "viewers.md"


def points_table() -> str:
    lines = ["| # | point | what is counted | needs | target / limit |", "| --- | --- | --- | --- | --- |"]
    for point in load_points(None):
        target = point.target(date(2026, 1, 1))
        needs = ", ".join([*(f"`{s}`" for s in point.needs), *(f"`{s}` if any" for s in point.uses)])
        title = point.title["sv"] + (" †" if point.mandatory_practice else "")
        aim = f"{target.target:.0%} / {target.limit:.0%}"
        lines.append(f"| {point.number} | {title} | {point.rule['en']} | {needs} | {aim} |")
    return "\n".join([*lines, "", "† *obligatoriskt arbetssätt i väsentlighets- och riskanalysen*"])


def sources_table() -> str:
    lines = [
        "| source | Swedish title | comes from | columns that a row cannot do without |",
        "| --- | --- | --- | --- |",
    ]
    for source in load_sources(None).values():
        needed = ", ".join(field.title for field in source.required)
        lines.append(f"| `{source.id}` | {source.title['sv']} | {source.system['en']} | {needed} |")
    return "\n".join(lines)


def kept(path: Path) -> str:
    """What was measured last."""
    return path.read_text("utf-8").strip() if path.exists() else ""


PARTS = {
    "points": points_table,
    "sources": sources_table,
    "bench": lambda: kept(BENCH),
    "viewers": lambda: kept(VIEWERS),
}


def filled(text: str) -> str:
    for name, make in PARTS.items():
        block = f"<!-- {name}:begin -->\n{make()}\n<!-- {name}:end -->"
        text = re.sub(rf"<!-- {name}:begin -->.*?<!-- {name}:end -->", lambda _, block=block: block, text, flags=re.S)
    return text


def pictures(text: str) -> list[Path]:
    return [ROOT / path for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)]


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")

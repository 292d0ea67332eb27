"""The documentation says what is so."""

import re
from pathlib import Path

import pytest

import compliance
from compliance.commands.cli import app
from compliance.core.places import ROOT
from tests.house.test_house import MODULES, ROOMS
from tools.readme import FIGURES, SPEED, filled, with_part

README = ROOT / "README.md"
USING = ROOT / "docs" / "using.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
CHANGELOG = ROOT / "CHANGELOG.md"
DOCUMENTS = [README, CONTRIBUTING, CHANGELOG, *sorted((ROOT / "docs").glob("*.md")), ROOT / "data/samples/README.md"]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def targets(document: Path) -> list[str]:
    """Where the links and pictures of a document lead, other pages of the web aside."""
    found = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", document.read_text("utf-8"))
    return [target for target in found if not re.match(r"https?://", target)]


def anchors(document: Path) -> set[str]:
    """The headings of a document as addresses."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    place = document.parent / path if path else document
    return place.exists() and (not anchor or anchor in anchors(place))


def drawn() -> list[str]:
    """The rooms of the drawing, from top to bottom."""
    drawing = CONTRIBUTING.read_text("utf-8").split("```\ncompliance/\n")[1].split("```")[0]
    return re.findall(r"^  (\w+)/ ", drawing, re.M)


def test_what_is_made_from_declarations_is_up_to_date():
    text = FIGURES.read_text("utf-8")
    assert text == filled(text), "run: python -m tools.readme"


@pytest.mark.parametrize("name", ["bench", "viewers"])
def test_what_is_measured_has_its_place(name):
    text = SPEED.read_text("utf-8")
    assert f"<!-- {name}:begin -->\nnew\n<!-- {name}:end -->" in with_part(text, name, "new\n")


def test_the_readme_is_short():
    assert len(README.read_text("utf-8").splitlines()) <= 120


@each_document
def test_every_link_leads_somewhere(document):
    assert [target for target in targets(document) if not leads(document, target)] == []


def test_every_document_is_a_click_from_the_readme():
    linked = {(README.parent / target).resolve() for target in targets(README)}
    assert sorted(set(DOCUMENTS) - linked) == [README]


@each_document
def test_its_make_commands_exist(document):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    goals = set(" ".join(re.findall(r"^([a-z -]+):(?!=)", makefile, re.M)).split())
    named = set(re.findall(r"(?:^|`)\s*make ([a-z-]+)", document.read_text("utf-8"), re.M))
    assert document != README or {"run", "test", "bench"} <= named
    assert sorted(named - goals) == []


def test_every_command_of_the_command_line_is_named():
    text = USING.read_text("utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert [name for name in names if not re.search(rf"^{name}( |$)", text, re.M)] == []


@each_document
def test_the_folders_and_files_it_names_are_there(document):
    folders = "compliance|queries|data|tests|static|pages|docs|deploy"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", document.read_text("utf-8"))
    made = ("data/store",)
    assert [path for path in named if not path.startswith(made) and not (ROOT / path).exists()] == []


@each_document
def test_the_modules_it_names_are_there(document):
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})\.(?!toml)[a-z_.]+)`", document.read_text("utf-8"))
    files = {path.relative_to(ROOT / "compliance").with_suffix("").as_posix().replace("/", ".") for path in MODULES}
    assert sorted(set(named) - files) == []


def test_the_drawing_shows_the_rooms_in_their_order():
    assert drawn() == list(ROOMS)


def test_the_decisions_are_numbered_and_dated():
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", text, re.M)
    found = [re.fullmatch(r"(\d+)\. .+ \((\d{4}-\d\d-\d\d)\)", heading) for heading in headings]
    assert [int(match[1]) for match in found if match] == list(range(1, len(headings) + 1))
    assert sorted(match[2] for match in found if match) == [match[2] for match in found if match]
    parts = ["**What.**", "**Why.**", "**Ruled out.**"]
    assert all(text.count(part) == len(headings) for part in parts)


def test_the_newest_version_of_the_changelog_is_that_of_the_program():
    found = re.findall(r"^## (\d+\.\d+\.\d+) – (unreleased|\d{4}-\d\d-\d\d)$", CHANGELOG.read_text("utf-8"), re.M)
    versions = [version for version, _ in found]
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)
    assert [version for version, day in found if day == "unreleased"] in ([], versions[:1])
    assert compliance.__version__ == versions[0] + (".dev0" if found[0][1] == "unreleased" else "")
    [named] = re.findall(r"^version=(.+)$", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.M)
    assert named == next(version for version, day in found if day != "unreleased")

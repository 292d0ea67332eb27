"""A person who is limited to a part of the organisation sees nothing of another part, on any page or in any file."""

import io
import re
import zipfile
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT, Permission, Role
from compliance.access.scopes import Scope
from compliance.extracts.declared import load_extracts
from compliance.screens import frame
from tests import parted
from tests.apps import opened, pages_linked, text
from tests.line import POINTS, SOURCES
from tests.parted import LIMITS
from tests.reviewed import AS_OF

Shown = tuple[str, dict[str, str]]
PAGES: list[Shown] = [
    *((entry.id, {}) for entry in frame.PAGES if entry.id not in {"point", "imports", "review"}),
    *(("point", {"point": point.id}) for point in POINTS),
    ("systems", {"system": "norrsystemet"}),
    ("plan", {"lapses": "2027-05"}),
    *(("review", {"part": part}) for part in ("points", "chapters", "decisions", "judgement", "documents", "years")),
    *(("meeting", {"screen": screen}) for screen in ("1", "2", "5", "6", "7")),
    ("meeting", {"point": "dpia"}),
    *(("imports", {"part": part}) for part in ("load", "history", "questions", "settings")),
]
# Those with most names on them.
FEW: list[Shown] = [
    ("point", {"point": "classification"}),
    ("systems", {}),
    ("extracts", {}),
    ("review", {"part": "points", "point": "classification"}),
]
READERS = (COORDINATOR, MANAGEMENT, ANALYST)
# Links to other parts, with the name that is typed in each.
OF_OTHERS = (
    ("overview", {"department": "Zebraavdelningen"}, "Zebraavdelningen"),
    ("point", {"point": "classification", "unit": "Xenoenheten"}, "Xenoenheten"),
    ("training", {"organisation": "Yetiförvaltningen"}, "Yetiförvaltningen"),
    ("systems", {"system": "zebrasystemet"}, "zebrasystemet"),
)
WHOLE = "Hela förvaltningen"
# Other forms of a file that is read, and templates, which have invented names in them.
LEFT_OUT = {"download parquet", "download swedish_csv", "download all", *(f"template {source}" for source in SOURCES)}


class Limited(NamedTuple):
    """A person with a limit: how they open a page, and the marks that they must not see."""

    opened: Callable[..., AppTest]
    marks: tuple[str, ...]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    line = parted.loaded(tmp_path_factory.mktemp("parted"))
    with ExitStack() as held:
        held.enter_context(line.database.cursor())
        yield line.database.path


@pytest.fixture(params=LIMITS)
def limited(request: pytest.FixtureRequest, database: Path, monkeypatch: pytest.MonkeyPatch) -> Limited:
    """The app for a person with a limit, and the marks that they must not see."""
    limit, marks = LIMITS[request.param]
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(database))

    def opened_limited(page: str, **params: str) -> AppTest:
        return opened(page, monkeypatch, **({"limit": limit, "as_of": parted.DAY.isoformat()} | params))

    return Limited(opened_limited, marks)


def everything(app: AppTest) -> str:
    """All that a run sends to the browser: texts, tables, charts, addresses, and the choices of its widgets."""
    sent, nodes = [], [app._tree]
    while nodes:
        node = nodes.pop()
        nodes += [*getattr(node, "children", {}).values()]
        sent.append(str(getattr(node, "proto", "")))
        if node.type in {"arrow_data_frame", "dataframe"}:
            sent.append(node.value.to_csv())
    return " ".join([*sent, str(dict(app.query_params))])


def inside(content: bytes) -> str:
    """The text of a file; of a zip, that of its files."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return " ".join([*packed.namelist(), *(inside(packed.read(name)) for name in packed.namelist())])
    return content.decode("utf-8", "replace")


def unseen(what: str, marks: tuple[str, ...], where: object) -> str:
    """What was looked at, in which no mark stands."""
    for mark in marks:
        place = what.lower().find(mark)
        assert place < 0, (where, mark, what[max(place - 300, 0) : place + 100])
    return what


def looked_at(app: AppTest, marks: tuple[str, ...], files: dict[str, Any], where: object) -> str:
    """A page and the files that it offers, in which no mark stands."""
    seen = [unseen(everything(app), marks, where)]
    seen += [unseen(inside(data() if callable(data) else data), marks, (where, key)) for key, data in files.items()]
    return " ".join(seen)


def offered(files: dict[str, Any], *, but: Container[str] = ()) -> dict[str, Any]:
    """The files that were offered since the last time, but some."""
    some = {key: data for key, data in files.items() if key not in but}
    files.clear()
    return some


def chosen(app: AppTest) -> Iterator[AppTest]:
    """The page with each extract, or with an import opened."""
    for each in load_extracts() if app.radio else ():
        if each.title["sv"] in app.radio[0].options:
            yield app.radio[0].set_value(each.id).run()
    for number in re.findall(r"import=(\d+)", text(app))[:1]:
        app.query_params["import"] = number
        yield app.run()


@pytest.mark.live
def test_nothing_of_another_unit_is_on_a_page_or_in_its_files(
    stage: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, files: dict[str, Any]
) -> None:
    """Of the small organisation, whose names are the marks."""
    stage("draft")
    limit, marks, seen = Scope("Förvaltningen", None, "Söder"), ("norr", "alfa", "betaportalen", "anna berg"), ""
    for page, params in FEW:
        app = opened(page, monkeypatch, limit=limit, as_of=AS_OF.isoformat(), **params)
        seen += looked_at(app, marks, offered(files, but=LEFT_OUT), (page, params))
    assert [own for own in ("Söder", "Gamma") if own not in seen] == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("made_here")
@pytest.mark.parametrize("limited", LIMITS, indirect=True)
@pytest.mark.parametrize("role", READERS, ids=lambda role: role.id)
def test_nothing_of_another_part_is_on_a_page_or_in_a_file(role: Role, limited: Limited, files: dict[str, Any]) -> None:
    allowed = {entry.id for entry in frame.PAGES if entry.permission in role.permissions}
    seen = ""
    for page, params in PAGES:
        if page in allowed:
            app = limited.opened(page, role=role, **params)
            seen += looked_at(app, limited.marks, offered(files), (page, params))
            for other in chosen(app):
                assert not other.exception
                seen += looked_at(other, limited.marks, offered(files), (page, params, "chosen"))
    items = ("norrköpet", "norr1") if Permission.SEE_ITEMS in role.permissions else ()
    assert [own for own in ("norrsystemet", "Norr", *items) if own not in seen] == []
    assert ("norra norrsson1" in seen) is (role is COORDINATOR)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("page", "params", "typed"), OF_OTHERS)
def test_a_link_to_another_part_ends_in_a_sentence(
    page: str, params: dict[str, str], typed: str, limited: Limited
) -> None:
    app = limited.opened(page, **params)
    mark = typed[:4].lower()
    if not any(hidden.startswith(mark) for hidden in limited.marks):
        return
    assert re.search(f"Adressen anger [^<]*”{typed}”|inget system som heter {typed}", text(app).replace("\u00ad", ""))
    unseen(everything(app).replace(typed, ""), limited.marks, params)


@pytest.mark.exhaustive
@pytest.mark.parametrize("page", ["decisions", "meeting", "imports", "review", "plan"])
def test_what_concerns_the_whole_organisation_tells_a_reader_of_a_part_whom_to_ask(page: str, limited: Limited) -> None:
    app = limited.opened(page)
    assert ("Fråga informationssäkerhetssamordnaren" in text(app)) is (len(limited.marks) > 1)
    assert ("decisions" in pages_linked(app)) is (len(limited.marks) == 1 and page != "meeting")
    # the review has the figures of the part, here point 1 of Omsorg or of Norr
    if page == "review" and len(limited.marks) > 1:
        assert ("1\u00a0av\u00a07" if len(limited.marks) > 2 else "2\u00a0av\u00a013") in text(app)


@pytest.mark.exhaustive
def test_what_is_chosen_from_is_within_the_limit(limited: Limited) -> None:
    """The chooser has the parts within the limit, and a figure of the organisation stands only in the organisation."""
    app = limited.opened("point", point="classification")
    within = {1: [WHOLE, "Omsorg", "Norr", "Xenoenheten", "Zebraavdelningen", "Zebraenheten"],
              2: ["Omsorg", "Norr", "Xenoenheten"], 3: ["Norr"]}  # fmt: skip
    chooser = next(box for box in app.selectbox if box.label == "Avdelning eller enhet")
    assert [name.strip() for name in chooser.options] == within[len(limited.marks)]
    assert ("Talen gäller hela förvaltningen. De ingår inte i täckningen." in text(app)) is (len(limited.marks) == 1)

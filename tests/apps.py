"""The app as AppTest runs it: a page as a person of a role sees it, and what it says."""

import html
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from compliance.access import permissions
from compliance.access.permissions import AT_THIS_MACHINE, Role, User
from compliance.access.scopes import Scope
from compliance.core.places import ROOT

# The day of the samples' latest exports.
DAY = date(2026, 10, 31)
SECONDS = 60
# What AppTest calls its only session.
SESSION = "test session id"
_begin_pages = PagesManager.__init__


class App(AppTest):
    """A script as a warm server runs it.

    AppTest begins anew each time: it looks for parts of pages in every package that is installed, which takes longer
    than most pages, and reaches pages/ around app.py.
    """

    def __init__(self, script: Path) -> None:
        super().__init__(script, default_timeout=SECONDS)

    def _run(self, *given: Any, **named: Any) -> AppTest:
        self._bidi_component_manager = _components()
        with patch.object(PagesManager, "__init__", _begin_warm):
            return super()._run(*given, **named)


@cache
def _components() -> BidiComponentManager:
    manager = BidiComponentManager()
    manager.discover_and_register_components(start_file_watching=False)
    return manager


def _begin_warm(pages: PagesManager, *given: Any, **named: Any) -> None:
    _begin_pages(pages, *given, **named)
    PagesManager.uses_pages_directory = False


def opened(
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    role: Role = AT_THIS_MACHINE,
    lang: str = "sv",
    limit: Scope | None = None,
    unfolded: str = "",
    **params: str,
) -> AppTest:
    """A page as a person of a role sees it, who may be limited to a part, with an expander open."""
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role, limit=limit))
    app = App(ROOT / "app.py")
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    for name, value in {"lang": lang, "as_of": DAY.isoformat(), **params}.items():
        app.query_params[name] = value
    if unfolded:
        app.session_state[unfolded] = True
    app.run()
    assert not app.exception
    assert "00:00:00" not in tables(app) + text(app)
    return app


def tables(app: AppTest) -> str:
    """What the tables of the page say. A moment must be a text in them: browsers show one in their own way."""
    frames = [frame.value for frame in app.dataframe]
    assert not any(str(kind).startswith("datetime") for frame in frames for kind in frame.dtypes)
    return "".join(frame.to_csv() for frame in frames)


def text(app: AppTest) -> str:
    """Everything that the page says in its own fragments."""
    return " ".join(part.value for part in app.markdown)


def listed_files(app: AppTest) -> dict[str, list[str]]:
    """The columns of the files that are listed, by their headings."""
    shown = next(each.value for each in app.markdown if "v-row-link" in each.value).replace("\u00ad", "")
    head, body = shown.split("<tbody>")
    names = [re.sub("<.*?>", "", cell) for cell in re.findall("<th .*?</th>", head)]
    files = [re.findall("<t[hd].*?</t[hd]>", row) for row in re.findall("<tr>.*?</tr>", body)]
    return {name: [html.unescape(re.sub("<.*?>", "", row[place])) for row in files] for place, name in enumerate(names)}


def links(app: AppTest) -> list[str]:
    """The addresses of the links to pages, in fragments and as elements, each as `/page?parameters`."""
    elements = [
        f"/{link.proto.page}?{link.proto.query_string}" for link in app.get("page_link") if not link.proto.external
    ]
    return [*elements, *(html.unescape(address) for address in re.findall(r'v-link[^>]*? href="(/[^"]*)"', text(app)))]


def pages_linked(app: AppTest) -> set[str]:
    """The pages that links lead to; that of the overview has no name."""
    return {address.split("?")[0].strip("/") for address in links(app)}


def notes(app: AppTest) -> list[str]:
    """What the page says of names in its address."""
    shown = text(app).replace("\u00ad", "")
    return re.findall(r'<div class="v-note">(Adressen anger.*?|The address names.*?)</div>', shown)


def dropped(app: AppTest, *files: Path) -> None:
    """Drops files in the drop area."""
    uploader: Any = app.file_uploader[0]
    uploader.set_value([(path.name, path.read_bytes(), "") for path in files]).run()
    assert not app.exception


def ways_in(app: AppTest) -> list[str]:
    """The buttons of a page without data: the one that leads to the imports, and the templates."""
    loads = [button.label for button in app.button if button.key == "load_exports"]
    return [*loads, *(each.proto.label for each in app.get("download_button") if "mall: " in each.proto.label)]


def plain(label: str) -> str:
    """A label without what marks it up, and without what lets it break or keeps it together."""
    return label.replace("\\", "").replace("\u00ad", "").replace("\N{NO-BREAK SPACE}", " ")


def press(app: AppTest, label: str) -> None:
    """Press the button with a label."""
    next(button for button in app.button if plain(button.label) == label and not button.disabled).click().run()
    assert not app.exception

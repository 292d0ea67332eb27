"""A pack whose every text is markup: pages and papers show it as it is written, and follow nothing of it.

The check refuses some of it, such as `<`; a store may have a pack that another version of the product has let in.
"""

import re
from io import BytesIO

import pytest
from docx import Document
from pptx import Presentation

from compliance.core.language import Language
from compliance.declarations.packs import read_pack
from compliance.report.files import write_report
from compliance.review.approving import dossier, signatures_of
from compliance.review.reviewing import review_of
from tests.browser import go, serving, settle, visit
from tests.layers import first_of, layered
from tests.pinned import continuity, drafted
from tests.tagged import Tagged

pytestmark = pytest.mark.live

BEGINS = "Zq"
MARKUP = (
    f"{BEGINS} **b** *i* _j_ ~~s~~ `c` | [l](https://e.example) $x^2$ :material/delete: :red[r] <b>h</b> &amp; "
    "<img src=x onerror=alert(1)> #u \\LaTeX\n\n# n"
)
# The pages, with whether they name each point.
PAGES = {
    "settings": True, "": True, "point": True, "review": True, "decisions": True, "meeting": True, "plan": False,
    "city": False, "systems": True, "quality": False, "imports": True, "worklists": False, "extracts": True,
    "about": True, "digest": False,
}  # fmt: skip
MOST_FOLDED = 40
FOLLOWED = "img[src=x], .katex, a[href*='e.example']"


def hostile():
    """The product's pack of plans under another name, with markup after each of its texts."""
    files = {name: text.replace("continuity", "plans") for name, text in continuity().files.items()}
    markup = MARKUP.replace("\\", "\\\\").replace("\n", "\\n")
    for name in ("point.toml", "source.toml"):
        files[name] = re.sub(
            r'\b(sv|en|checked_by) = "(.*?)"', lambda said: f'{said[1]} = "{said[2]} {markup}"', files[name]
        )
    return read_pack(files, origin="compliance.plans")


def misread(text):
    """How often markup begins in a text, and what follows where it does not go on as it is written, or is cut with …"""
    said, markup = (re.sub("[\\s\u00ad\u200b\u2060]", "", each) for each in (text, MARKUP))
    places = [said[match.start() : match.start() + len(markup)] for match in re.finditer(BEGINS, said)]
    return len(places), [each for each in places if not markup.startswith(each.partition("…")[0])]


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    return drafted(tmp_path_factory.mktemp("hostile"), hostile())


@pytest.fixture(scope="module")
def page(line, browser):
    with serving(line.database.path) as server:
        page = browser.new_page(locale="sv-SE")
        visit(page, server.address)
        yield page
        page.close()


@pytest.mark.parametrize("name", layered(PAGES, ("settings", "", "point")))
def test_a_page_shows_it_as_it_is_written(name, page):
    go(page, f"/{name}?lang=sv&point=plans&review=2026")
    folded = page.locator("details:not([open]) > summary")
    for _ in range(MOST_FOLDED):
        if folded.count():
            folded.first.click()
            settle(page)
    times, wrong = misread(page.inner_text("[data-testid=stApp]"))
    assert wrong == []
    assert times or not PAGES[name]
    assert page.locator(FOLLOWED).count() == 0


@pytest.fixture(scope="module")
def reported(line):
    """What a report of the draft is written from."""
    with line.held(), line.database.cursor() as cursor:
        review = review_of(cursor, 2026)
        how = {"state": "draft", "signed": signatures_of(cursor, review), "say": Language("sv")}
        return dossier(cursor, review, own=None), how


def texts(nodes):
    """The texts of the nodes of an office document."""
    return "\n".join(node.text or "" for node in nodes if node.tag.endswith("}t"))


@pytest.mark.parametrize("public", first_of([False, True]))
@pytest.mark.parametrize(
    ("kind", "told"),
    {
        "docx": lambda content: texts(Document(BytesIO(content)).element.body.iter()),
        "pdf": lambda content: Tagged(content).tree.text,
        "pptx": lambda content: texts(n for s in Presentation(BytesIO(content)).slides for n in s._element.iter()),
    }.items(),
)
def test_a_paper_has_it_as_it_is_written(kind, told, public, reported):
    document, how = reported
    times, wrong = misread(told(write_report(document, kind=kind, **how, public=public)))
    assert wrong == []
    assert times

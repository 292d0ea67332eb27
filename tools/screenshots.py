"""Pictures of every page: `python -m tools.screenshots` writes them into build/screenshots, and a few into docs.

Both languages, 1920 × 1080 and 390 wide, light and dark, from a fresh server with the sample data; the page of imports
also with files dropped on a database of one's own.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from compliance.core.places import ROOT, SAMPLES
from tests.browser import browsing, serving, settle, visit
from tests.sampled import beside

OUT: Final = ROOT / "build" / "screenshots"
KEPT: Final = ROOT / "docs" / "screenshots"
PAGES: Final = {
    "overview": "?",
    "point": "point?point=classification",
    "no-basis": "point?point=procurement&as_of=2026-10-31",
    "review": "review?review=2026",
    "review-chapters": "review?review=2026&part=chapters",
    "review-decisions": "review?review=2026&part=decisions",
    "review-sign": "review?review=2026&part=sign",
    "review-documents": "review?review=2025&part=documents",
    "review-years": "review?review=2026&part=years",
    "decisions": "decisions?",
    **{f"meeting-{screen:02}": f"meeting?review=2026&screen={screen}" for screen in range(1, 17)},
    "training": "training?",
    "training-unit": "training?unit=Hemtj%C3%A4nst%20Natt",
    "systems": "systems?",
    "system": "systems?system=Familjehemsregistret",
    "incidents": "incidents?",
    "plan": "plan?",
    "worklists": "worklists?",
    "worklist": "worklists?unit=Hemtj%C3%A4nst%20Natt",
    "imports": "imports?",
    "quality": "quality?",
    "extracts": "extracts?",
    "about": "about?",
    "audit": "audit?",
}
SIZES: Final = {"1920": (1920, 1080), "390": (390, 844)}
VIEWS: Final = tuple(product(("sv", "en"), ("1920", "390"), ("light", "dark")))
FOR_README: Final = {
    "overview-sv-1920-light": "overview",
    "overview-sv-1920-dark": "overview-dark",
    "overview-sv-390-light": "overview-phone",
    "point-sv-1920-light": "point",
    "loading-sv-1920-light": "imports",
    "review-sv-1920-light": "review",
    "meeting-05-sv-1920-light": "meeting",
    "plan-sv-1920-light": "plan",
    "extracts-en-1920-light": "extracts-english",
}
MESSY: Final = ("2026-10-31/Personallista*", "2026-10-31/kursstatus*", "2026-10-31/Systemregister*")


def main() -> None:
    """Takes every picture, or those whose page is named: `python -m tools.screenshots loading`."""
    wanted = set(sys.argv[1:])
    if not wanted:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        own = Path(folder) / "own.duckdb"
        beside(own.parent)
        with serving(own) as server:
            for name, path in PAGES.items() if not wanted else [e for e in PAGES.items() if e[0] in wanted]:
                for taken in pictures(browser, name, f"{server.address}/{path}"):
                    print(taken.name)
        with serving(own) as server:
            for taken in pictures(browser, "loading", f"{server.address}/imports?", drop=True):
                print(taken.name)
    keep()


def pictures(browser: Browser, name: str, address: str, *, drop: bool = False) -> Iterator[Path]:
    """One page in both languages, all sizes, light and dark."""
    for lang, size, mode in VIEWS:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=mode)
        page = context.new_page()
        visit(page, f"{address}&lang={lang}")
        if drop:
            drop_files(page)
        to = OUT / f"{name}-{lang}-{size}-{mode}.png"
        whole(page, to, width=width, height=height)
        context.close()
        yield to


def drop_files(page: Page) -> None:
    """Begins a database of one's own where there is none, and drops a few messy files."""
    start = page.locator(".st-key-start_imports_first button")
    if start.count():
        start.click()
        page.locator(".st-key-start_imports button").click()
        page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
        settle(page)
    files = [str(next(SAMPLES.glob(pattern))) for pattern in MESSY]
    page.set_input_files("input[type=file]", files)
    # whose they are is asked first
    page.get_by_text(re.compile("^Lövsta stadsdelsförvaltning")).first.click(timeout=90_000)
    page.wait_for_selector(".st-key-load button", timeout=90_000)
    settle(page)


def whole(page: Page, to: Path, *, width: int, height: int) -> None:
    """The whole page in one picture: the window is made as high as its content."""
    content = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, min(content, 5000))})
    page.wait_for_timeout(700)
    page.screenshot(path=str(to))


def keep() -> None:
    """Copies the pictures of the README, in few colours so that each is small."""
    from PIL import Image

    KEPT.mkdir(parents=True, exist_ok=True)
    for taken, name in FOR_README.items():
        path = OUT / f"{taken}.png"
        if not path.exists():
            continue
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(64).save(KEPT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

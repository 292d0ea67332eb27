"""Pictures of every page: `python -m tests.screenshots` writes them into build/screenshots, and a few into docs.

Both languages, 1920 × 1080 and 390 wide, light and dark, from a fresh server with the sample data; the page of imports
also with files dropped on a database of one's own.
"""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from compliance import demo
from compliance.places import ROOT, SAMPLES
from tests.browser import browsing, serving, settle, visit

OUT: Final = ROOT / "build" / "screenshots"
KEPT: Final = ROOT / "docs" / "screenshots"
PAGES: Final = {
    "overview": "?",
    "point": "point?point=classification",
    "no-basis": "point?point=procurement&as_of=2026-10-31",
    "imports": "imports?",
    "extracts": "extracts?",
    "about": "about?",
}
SIZES: Final = {"1920": (1920, 1080), "1280": (1280, 800), "390": (390, 844)}
FOR_README: Final = {
    "overview-sv-1280-light",
    "overview-sv-1280-dark",
    "overview-sv-390-light",
    "point-sv-1280-light",
    "loading-sv-1280-light",
    "extracts-en-1280-light",
}
MESSY: Final = ("2026-10-31/Personallista*", "2026-10-31/kursstatus*", "2026-10-31/Systemregister*")


def main() -> None:
    """Takes every picture."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        own = Path(folder) / "own.duckdb"
        demo.build(own.with_name("sample.duckdb"))
        with serving(own) as server:
            for name, path in PAGES.items():
                for taken in pictures(browser, name, f"{server.address}/{path}"):
                    print(taken.name)
        with serving(own) as server:
            for taken in pictures(browser, "loading", f"{server.address}/imports?", drop=True):
                print(taken.name)
    keep()


def pictures(browser: Browser, name: str, address: str, *, drop: bool = False) -> Iterator[Path]:
    """One page in both languages, all sizes, light and dark."""
    for lang, (size, (width, height)), mode in product(("sv", "en"), SIZES.items(), ("light", "dark")):
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
    start = page.locator(".st-key-start_imports button")
    if start.count():
        start.click()
        page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
        settle(page)
    files = [str(next(SAMPLES.glob(pattern))) for pattern in MESSY]
    page.set_input_files("input[type=file]", files)
    page.wait_for_function(
        f"() => document.querySelectorAll('.v-dumbbells').length >= {len(files) - 2}", timeout=90_000
    )
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
    for name in sorted(FOR_README):
        with Image.open(OUT / f"{name}.png") as picture:
            picture.convert("RGB").quantize(128).save(KEPT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

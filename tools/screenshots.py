"""The pictures of the documentation: `python -m tools.screenshots` takes them of a fresh server with the sample data.

Each names texts that must be on it: a picture of an empty page, or of another one, is refused.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page

from compliance.core.places import ROOT, SAMPLES
from tests.browser import browsing, serving, settle, visit
from tests.sampled import beside

KEPT: Final = ROOT / "docs" / "screenshots"
WIDTH: Final = 1440
# Each picture is drawn in so many colours that it is small, and looks the same.
COLOURS: Final = 96
MESSY: Final = ("2026-10-31/Personallista*", "2026-10-31/kursstatus*", "2026-10-31/Systemregister*")


@dataclass(frozen=True)
class Picture:
    """An address on the samples, the texts that must be on the picture, and its height (pixels).

    `drops` is whether files are dropped on it first.
    """

    address: str
    shows: tuple[str, ...]
    drops: bool = False
    height: int = 1000


PICTURES: Final[Mapping[str, Picture]] = {
    "overview": Picture("?", ("3 av 12 mätbara punkter når målet.", "13 Rapporteringsskyldighet NIS")),
    "point": Picture("point?point=classification", ("91 av 297 system har giltig klassning", "Vad som återstår")),
    "review": Picture(
        "review?review=2026&point=classification",
        ("5 av 13 punkter är diskuterade.", "I genomgången 2025 · otillräckligt"),
    ),
    "meeting": Picture("meeting?review=2026&screen=5", ("5 av 15", "Otillräckligt")),
    "plan": Picture("plan?", ("Två moment är försenade.", "Stickprov av klassningar")),
    "imports": Picture(
        "imports?", ("Tre filer är klara att läsa in.", "Fyra punkter får en siffra."), drops=True, height=1400
    ),
}


class NotOnIt(Exception):
    """A text that a picture must show is not on it."""


def main() -> None:
    """Take every picture of the documentation anew."""
    for path in take(PICTURES, KEPT):
        print(path.relative_to(ROOT))


def take(pictures: Mapping[str, Picture], folder: Path) -> Iterator[Path]:
    """Take some pictures into a folder. Raise NotOnIt, and leave what is there, for one without its texts."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, browsing() as browser:
        own = beside(Path(name))
        # Whoever drops files leaves the samples, so that is done on a server of its own.
        for drops in (False, True):
            if some := {name: picture for name, picture in pictures.items() if picture.drops is drops}:
                with serving(own) as server:
                    for each, picture in some.items():
                        yield _taken(browser, each, picture, server.address, folder)


def _taken(browser: Browser, name: str, picture: Picture, address: str, folder: Path) -> Path:
    context = browser.new_context(viewport={"width": WIDTH, "height": picture.height})
    try:
        page = context.new_page()
        visit(page, f"{address}/{picture.address}")
        if picture.drops:
            _drop_files(page)
        if lacking := [text for text in picture.shows if not _is_on(page, text, height=picture.height)]:
            raise NotOnIt(f"{name}: {', '.join(lacking)}")
        return _kept(page, folder / f"{name}.png")
    finally:
        context.close()


def _is_on(page: Page, text: str, *, height: int) -> bool:
    """Whether a text is wholly within the window."""
    boxes = [found.bounding_box() for found in page.get_by_text(text).all() if found.is_visible()]
    return any(
        min(box["x"], box["y"]) >= 0 and box["x"] + box["width"] <= WIDTH and box["y"] + box["height"] <= height
        for box in boxes
        if box
    )


def _kept(page: Page, path: Path) -> Path:
    page.screenshot(path=path)
    with Image.open(path) as picture:
        small = fewer_colours(picture)
    small.save(path, optimize=True)
    return path


def fewer_colours(picture: Image.Image) -> Image.Image:
    """The picture in few colours. A colour of few pixels stays what it is: a status is often a small mark."""
    return picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)


def _drop_files(page: Page) -> None:
    """Begin a database of one's own, and drop a few messy files."""
    page.locator(".st-key-start_imports_first button").click()
    page.locator(".st-key-start_imports button").click()
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    settle(page)
    page.set_input_files("input[type=file]", [str(next(SAMPLES.glob(pattern))) for pattern in MESSY])
    # whose they are is asked first
    page.get_by_text(re.compile("^Lövsta stadsdelsförvaltning")).first.click(timeout=90_000)
    page.wait_for_selector(".st-key-load button", timeout=90_000)
    settle(page)


if __name__ == "__main__":
    main()

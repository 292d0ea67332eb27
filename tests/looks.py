"""How a page looks to those who have it read aloud, need contrast or large letters, or use the keyboard alone."""

import re
from dataclasses import dataclass
from itertools import pairwise

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import ALL_RULES, FRAME, arrive, said

POINT = "point?point=classification"
REVIEW = "review?review=2026"
# The states of each page that look otherwise than the others.
STATES = {
    "overview": ["", "?as_of=2025-11-15", "?department=F%C3%B6rskola"],
    "digest": ["digest", "digest?department=F%C3%B6rskola"],
    "city": ["city"],
    "review": [
        REVIEW,
        *(f"{REVIEW}&part={part}" for part in ("judgement", "chapters", "decisions", "sign", "documents", "years")),
    ],
    "meeting": [f"meeting?review=2026&screen={number}" for number in (1, 5, 12, 13, 14, 15)],
    "decisions": ["decisions"],
    "point": [POINT, "point?point=procurement", "point?point=information_security_training&unit=Utredning%20barn%201"],
    "training": ["training", "training?department=F%C3%B6rskola"],
    "systems": ["systems", "systems?system=Familjehemsregistret"],
    "incidents": ["incidents"],
    "plan": ["plan"],
    "imports": ["imports", *(f"imports?part={part}" for part in ("history", "questions", "settings"))],
    "worklists": ["worklists", "worklists?unit=Hemtj%C3%A4nst%20Natt"],
    "quality": ["quality"],
    "extracts": ["extracts"],
    "about": ["about"],
    "roles": ["roles"],
    "audit": ["audit"],
    "settings": ["settings"],
}
# What can be otherwise in the dark.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
DESKTOP = {"width": 1280, "height": 800}
# A phone, and a window of 1280 at 200 %.
NARROW = ({"width": 640, "height": 800}, {"width": 320, "height": 800})

OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; })"
# All visible and spoken text except SQL: texts, sentences with bold words, and descriptions of elements.
TEXTS = """() => {
  const told = ['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext',
    'title', 'placeholder', 'alt'];
  const shown = e => !e.closest('[aria-hidden=true], script, style, noscript, code')
    && (e.closest('canvas') ? e.matches('th') : e.checkVisibility({ visibilityProperty: true }));
  const found = new Set([document.title]);
  for (const e of document.querySelectorAll('body *')) {
    if (!shown(e)) continue;
    for (const name of told) if (e.getAttribute(name)) found.add(e.getAttribute(name));
    const own = [...e.childNodes].filter(n => n.nodeType === 3 && n.nodeValue.trim());
    // a day in a file's name is an element of its own
    for (const n of own) found.add(e.matches('.v-row-link') ? e.textContent : n.nodeValue);
    if (own.length && e.querySelector('strong')) found.add(e.textContent);
  }
  for (const e of document.querySelectorAll('[aria-describedby]'))
    for (const id of e.getAttribute('aria-describedby').split(' '))
      found.add(document.getElementById(id)?.textContent ?? '');
  return [...found];
}"""
HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')]
  .filter(e => e.checkVisibility())
  .map(e => [Number(e.getAttribute('aria-level') || e.tagName[1]), e.textContent.trim()])"""
# A chart says what it shows, and a table follows it in the same section.
CHARTS = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  const tables = [...document.querySelectorAll('details table, [data-testid=stDataFrame]')];
  const sections = [...document.querySelectorAll('[role=heading]')].filter(e => Number(e.ariaLevel) <= 2);
  const after = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  const words = e => (e.matches('[aria-label]') ? e : e.querySelector('[aria-label]'))?.ariaLabel ?? '';
  return charts.map(chart => {
    const next = sections.find(section => after(chart, section));
    return [words(chart), tables.some(table => after(chart, table) && (!next || after(table, next)))];
  });
}"""
# What goes beyond the right edge of the window without lying in something that scrolls by itself.
BEYOND = """() => {
  const edge = document.documentElement.clientWidth + 1;
  const main = document.querySelector('[data-testid=stMain]');
  const held = e => {
    for (let x = e.parentElement; x && x !== main; x = x.parentElement) {
      const flow = getComputedStyle(x).overflowX;
      if (flow !== 'visible' && x.getBoundingClientRect().right <= edge) return true;
    }
  };
  const wide = [...main.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > edge && e.checkVisibility() && !held(e);
  });
  const sizes = [document.documentElement, main].map(e => e.scrollWidth - e.clientWidth);
  return [...sizes.filter(over => over > 0).map(String), ...wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
}"""


@dataclass(frozen=True)
class Look:
    """What a page shows."""

    frame: dict[str, object]
    said: str
    texts: list[str]
    headings: list[tuple[int, str]]
    charts: list[tuple[str, bool]]
    light: list[str]
    dark: list[str]
    beyond: dict[int, list[str]]

    def in_order(self) -> bool:
        """Whether the first heading alone is of the first level, and no level is left out."""
        levels = [level for level, _ in self.headings]
        steps = pairwise(levels)
        return levels[:1] == [1] and levels.count(1) == 1 and all(below <= above + 1 for above, below in steps)

    def mute(self) -> list[tuple[str, bool]]:
        """The charts that do not say what they show, with a figure, or that no table follows."""
        return [chart for chart in self.charts if not chart[1] or not re.search(r"\d", chart[0])]


def look_at(page: Page) -> Look:
    """Looks at a page in every way."""
    unfold(page)
    frame, text = page.evaluate(FRAME), said(page)
    light = broken(page, ALL_RULES)
    texts, headings, charts = page.evaluate(TEXTS), page.evaluate(HEADINGS), page.evaluate(CHARTS)
    # colours are the same in every language
    dark = broken_in_the_dark(page) if frame["language"] == "sv" else []
    beyond = {size["width"]: cut_off(page, size) for size in NARROW}
    page.set_viewport_size(DESKTOP)
    return Look(frame, text, texts, [(level, text) for level, text in headings], charts, light, dark, beyond)


def unfold(page: Page) -> None:
    """Wait until the page is drawn, and open everything that can be opened on it."""
    arrive(page)
    page.evaluate(OPEN_ALL)


def broken(page: Page, options: dict[str, object]) -> list[str]:
    """The rules that are broken, and by which elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in violations for node in rule["nodes"]]


def broken_in_the_dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = broken(page, COLOURS)
    page.emulate_media(color_scheme="light")
    return found


def cut_off(page: Page, size: dict[str, int]) -> list[str]:
    """What is cut off in a window; charts take a moment to follow its width."""
    page.set_viewport_size(size)
    for _ in range(15):
        found = page.evaluate(BEYOND)
        if not found:
            break
        page.wait_for_timeout(100)
    return found


# --- By keyboard alone ---------------------------------------------------------------------------------------------

# What is focused: its words, and whether one sees that it is, by itself or by the frame or label around it.
FOCUS = """() => {
  // a table of items draws its cells, and the ring around one, in a canvas
  const e = document.activeElement, canvas = e.closest('canvas'), box = (canvas ?? e).getBoundingClientRect();
  const around = [e, e.parentElement, e.parentElement?.parentElement].filter(Boolean).map(x => getComputedStyle(x));
  const drawn = s => s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== 'none';
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const words = e.ariaLabel || [...e.querySelectorAll('p')].map(p => p.textContent).join(' ') || e.textContent.trim();
  return [words.replaceAll('\u00ad', ''), (canvas || around.some(drawn)) && inside || e === document.body];
}"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until something is focused; every stop on the way must be visible."""
    for _ in range(60):
        page.keyboard.press("Tab")
        here, seen = page.evaluate(FOCUS)
        assert seen, here
        if here == words:
            return
    raise AssertionError(f"Tab does not lead to {words}")


def skip_to_the_content(page: Page) -> None:
    """The first stops lead past the navigation, at the heading."""
    tab_to(page, "Hoppa till innehållet")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.v-top')")


def enter_and_leave_the_navigation(page: Page) -> None:
    """What the navigation opens is entered, left and closed."""
    tab_to(page, "Uppföljning")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({FOCUS})()[0] === 'Granskningspunkter'")
    page.keyboard.press("Escape")
    page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
    assert page.evaluate(FOCUS) == ["Uppföljning", True]
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({FOCUS})()[0] === 'Granskningspunkter'")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUS) == ["Uppföljning", True]
    tab_to(page, "Årshjul")
    tab_to(page, "Underlag")

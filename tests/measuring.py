"""What does not fit on a page, measured in a browser: overlapping and cut texts, and what goes beyond the window."""

from collections.abc import Iterable

from playwright.sync_api import Page

# Width and height of windows: a phone, old and new projectors, laptops, and screens up to a wall.
Sizes = Iterable[tuple[int, int]]
PHONE = (390, 844)
SCREENS = ((1024, 768), (1280, 720), (1280, 800), (1920, 1080), (2560, 1440), (3440, 1440), (3840, 2160))
MEASURE = """({ still, ended }) => {
  const main = document.querySelector('[data-testid=stMain]'), edge = 1.5;
  const folded = '[aria-hidden=true], script, style, title, desc, noscript, option';
  const cuts = new Map(), shown = new Map();

  // The boxes that cut what is in an element, from the inside out; those that scroll lead further.
  const cutting = e => {
    if (!e || e === main || e === document.body) return [];
    if (cuts.has(e)) return cuts.get(e);
    const s = getComputedStyle(e), outside = s.position === 'fixed' ? [] : cutting(e.parentElement);
    const clips = f => f !== 'visible' && !e.matches('svg, svg *');
    const own = clips(s.overflowX) || clips(s.overflowY) || s.clipPath !== 'none' && !e.matches('svg *');
    const scrolls = [s.overflowX, s.overflowY].map(f => f === 'auto' || f === 'scroll');
    const inline = s.display === 'inline';
    const part = own && !inline ? [{
      box: e.getBoundingClientRect(), x: clips(s.overflowX), y: clips(s.overflowY), scrolls,
      ends: s.webkitLineClamp !== 'none',
      tiny: e.clientWidth <= 2 || e.clientHeight <= 2 || s.clipPath.startsWith('inset'),
    }] : [];
    cuts.set(e, [...part, ...outside]);
    return cuts.get(e);
  };
  const visible = e => {
    if (!shown.has(e)) shown.set(e, !e.closest(folded)
      && e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }));
    return shown.get(e);
  };
  const name = text => text.trim().replaceAll('\\u00ad', '').slice(0, 40);

  // What is left of a box within those that cut it; notes a text of which letters are missing.
  const faults = new Set();
  const inside = (box, e, text) => {
    for (const cut of cutting(e)) {
      if (cut.tiny) return null;
      const over = [cut.x && Math.max(cut.box.left - box.l, box.r - cut.box.right),
        cut.y && Math.max(cut.box.top - box.t, box.b - cut.box.bottom)];
      over.forEach((by, way) => {
        if (text && by > edge + 0.5 && !(cut.scrolls[way] && (ended || !still)) && !(ended && cut.ends))
          faults.add(`cut by ${Math.round(by)}: ${name(text)}`);
      });
      box = { ...box };
      if (cut.x) { box.l = Math.max(box.l, cut.box.left); box.r = Math.min(box.r, cut.box.right); }
      if (cut.y) { box.t = Math.max(box.t, cut.box.top); box.b = Math.min(box.b, cut.box.bottom); }
      if (box.r - box.l < edge || box.b - box.t < edge) return null;
    }
    return box;
  };

  const boxes = [];
  const add = (box, e, what, solid) => {
    if (box.r - box.l < edge || box.b - box.t < edge) return;
    const left = solid ? inside(box, e.parentElement) : inside(box, e, what);
    if (left) boxes.push({ ...left, e, what: name(what), solid });
  };
  // The x-height of what is discussed is 10 mm on a screen that is 2 m wide, and letters here are 1.56 times as high.
  const least = Math.min(innerWidth, innerHeight * 16 / 9) * 0.005 * 1.56;
  const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement;
    if (!n.nodeValue.trim() || !visible(e)) continue;
    range.selectNodeContents(n);
    for (const line of range.getClientRects()) {
      // the letters without the room that the font leaves above and below them
      const half = line.height * 0.31, middle = (line.top + line.bottom) / 2;
      add({ l: line.left, r: line.right, t: middle - half, b: middle + half }, e, n.nodeValue, false);
      if (still && half * 2 < least && e.closest('.st-key-meeting-body') && !e.closest('label'))
        faults.add(`small type: ${name(n.nodeValue)}`);
    }
  }
  const drawings = '.v-bar, svg[role=img], [data-testid=stPlotlyChart], [data-testid=stDataFrame], textarea, button';
  for (const e of main.querySelectorAll(drawings)) {
    if (!visible(e) || e.parentElement.closest(drawings)) continue;
    const box = e.getBoundingClientRect(), what = `[${e.ariaLabel || e.innerText || e.tagName}]`;
    add({ l: box.left, r: box.right, t: box.top, b: box.bottom }, e, what, true);
  }

  boxes.sort((p, q) => p.t - q.t);
  boxes.forEach((p, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next].t < p.b - 2; next++) {
      const q = boxes[next];
      if (p.e === q.e || p.solid && p.e.contains(q.e) || q.solid && q.e.contains(p.e)) continue;
      const wide = Math.min(p.r, q.r) - Math.max(p.l, q.l), high = Math.min(p.b, q.b) - q.t;
      if (wide > 2 && high > 2) faults.add(`overlap: ${p.what} × ${q.what}`);
    }
  });

  for (const e of [document.documentElement, main]) {
    const wide = e.scrollWidth - e.clientWidth, high = e.scrollHeight - e.clientHeight;
    if (wide > 1) faults.add(`scrolls sideways by ${wide}`);
    if (still && high > 1) faults.add(`scrolls by ${high}`);
  }
  for (const e of still && !ended ? main.querySelectorAll(':not(textarea)') : [])
    if (e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY))
      faults.add(`scrolls: ${name(e.innerText)}`);
  for (const p of boxes) {
    if (p.r > innerWidth + edge || p.l < -edge) faults.add(`beyond the side: ${p.what}`);
    if (still && (p.b > innerHeight + edge || p.t < -edge)) faults.add(`beyond the window: ${p.what}`);
  }
  return [...faults];
}"""
# Whether charts have followed the size of the window.
DRAWN = """() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(chart => {
  const svg = chart.querySelector('svg.main-svg');
  return svg && Math.abs(svg.getBoundingClientRect().width - chart.getBoundingClientRect().width) < 2;
})"""
# Tenths of a second that a page has to follow its window.
PATIENCE = 8
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def unfit(page: Page, sizes: Sizes, *, still: bool = False, ended: bool = False) -> list[str]:
    """What does not fit, with the size of the window; if `still` nothing scrolls, except texts that are too long if
    they may be `ended`."""
    found = []
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} × {height}: {fault}" for fault in _faults(page, still=still, ended=ended)]
    return found


def _faults(page: Page, **options: bool) -> list[str]:
    """What does not fit once the page has followed its window, which charts and tables do a moment later."""
    page.evaluate(FRAMES)
    page.wait_for_function(DRAWN)
    for _ in range(PATIENCE):
        faults: list[str] = page.evaluate(MEASURE, options)
        if not faults:
            break
        page.wait_for_timeout(100)
    return faults

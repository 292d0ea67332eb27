"""The elements that every fragment is built from. Text is escaped here, in content and in attributes."""

import html
import re
from collections.abc import Iterable
from math import isnan
from typing import Final

from compliance.core.language import BOLD_BEGINS, BOLD_ENDS

# A run of 40 characters is not a word. It may break after them, so that no page grows wider than its window.
UNBROKEN: Final = re.compile("[^\\s\u00ad\u200b/-]{40}(?=[^\\s\u00ad\u200b\u200d\u0300-\u036f\ufe0f/-])")
# Elements that cannot hold a <wbr>.
WITHOUT_BREAKS: Final = frozenset({"text", "title"})
ICON: Final = ":material/"
BOLD: Final = re.compile(f"{BOLD_BEGINS}([^{BOLD_BEGINS}{BOLD_ENDS}]+){BOLD_ENDS}")


class Html(str):
    """Markup built by this module; never escaped again."""

    __slots__ = ()


def escaped(value: str) -> Html:
    """A text on one line, safe in content and in attributes.

    Example: `escaped("<b>")` is `&lt;b&gt;`.
    """
    if isinstance(value, Html):
        return value
    # A blank line would end the fragment, and Markdown read the rest; the name of an icon it would write otherwise.
    return Html(html.escape(value.replace("\r", " ").replace("\n", " ")).replace(ICON, ":material&#47;"))


def breakable(value: str) -> Html:
    """Escaped text for content, in which a run of characters too long for a word may break.

    Example: `breakable("a" * 41)` is forty a, `<wbr>` and one a.
    """
    if isinstance(value, Html):
        return value
    return Html("<wbr>".join(escaped(part) for part in UNBROKEN.sub("\\g<0>\0", value.replace("\0", "")).split("\0")))


def rich(value: str) -> Html:
    """Escaped text with the marked parts of a sentence in bold (language.bold).

    Example: `rich(say(N_("**{n}** of **{of}**"), n="61", of="312"))`.
    """
    return Html(BOLD.sub(r"<strong>\1</strong>", breakable(value)))


def tag(name: str, *content: str, css: str = "", **attributes: str) -> Html:
    """An element with escaped content. In attribute names `_` stands for `-`; an empty attribute is left out."""
    pairs = {"class": css, **attributes}
    shown = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in pairs.items() if value)
    escape = escaped if name in WITHOUT_BREAKS else breakable
    return Html(f"<{name}{shown}>{''.join(escape(part) for part in content)}</{name}>")


def unless_empty(text: str, element: Html) -> Html:
    """The element, or nothing if the text it shows is empty."""
    return element if text else Html("")


def rich_span(css: str, text: str) -> Html:
    """A span of rich text, or nothing if the text is empty."""
    return unless_empty(text, tag("span", rich(text), css=css))


def for_screen_reader(text: str) -> Html:
    """A text that only a screen reader gets."""
    return unless_empty(text, tag("span", f"{text} ", css="v-sr"))


def css_share(share: float) -> str:
    """A share as a CSS length, clamped to 0–100 %; NaN is 0."""
    clamped = 0.0 if isnan(share) else min(max(share, 0.0), 1.0)
    return f"{clamped * 100:.2f}%"


def scrolling_table(heads: Iterable[Html], rows: Iterable[Html], *, caption: str, css: str, style: str = "") -> Html:
    """A table with its heading cells and its rows, in a scroll area; `caption` names both to a screen reader."""
    body = (tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *rows))
    return scrolling(tag("table", *body, css=css, style=style), caption)


def scrolling(content: Html, label: str) -> Html:
    """A scroll area that the keyboard can reach; `label` names it to a screen reader."""
    return tag("div", content, css="v-scroll", role="region", tabindex="0", aria_label=label)

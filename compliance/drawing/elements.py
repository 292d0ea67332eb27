"""The elements that every fragment is built of: markup that is safe in content and in attributes."""

import html
import re
from math import isnan
from typing import Final

from compliance.core.language import BOLD_BEGINS, BOLD_ENDS

# What has so many letters without an end is no word: it may break after them, so that no page is wider than its window.
UNBROKEN: Final = re.compile("[^\\s\u00ad\u200b/-]{40}(?=[^\\s\u00ad\u200b\u200d\u0300-\u036f\ufe0f/-])")
# Elements in which a browser knows no place to break.
WHOLE: Final = frozenset({"text", "title"})
MARKED: Final = re.compile(f"{BOLD_BEGINS}([^{BOLD_BEGINS}{BOLD_ENDS}]+){BOLD_ENDS}")


class Html(str):
    """Markup made by this module; never escaped again."""

    __slots__ = ()


def escaped(value: str) -> Html:
    """One line of text that is safe in content and in attributes.

    Example: `escaped("<b>")` is `&lt;b&gt;`.
    """
    if isinstance(value, Html):
        return value
    # A blank line inside a fragment would end it and let the rest be read as Markdown.
    return Html(html.escape(value.replace("\r", " ").replace("\n", " ")))


def written(value: str) -> Html:
    """Escaped text for content, in which what is no word may break anywhere; words stay whole.

    Example: `written("a" * 41)` is forty a, `<wbr>` and one a.
    """
    if isinstance(value, Html):
        return value
    return Html("<wbr>".join(escaped(part) for part in UNBROKEN.sub("\\g<0>\0", value.replace("\0", "")).split("\0")))


def rich(value: str) -> Html:
    """Escaped text in which the parts that a sentence marks are bold (language.bold); what else stands there stays so.

    Example: `rich(say(N_("**{n}** of **{of}**"), n="61", of="312"))`.
    """
    return Html(MARKED.sub(r"<strong>\1</strong>", written(value)))


def tag(name: str, *content: str, css: str = "", **attributes: str) -> Html:
    """An element; attribute names are written with `_` for `-`, text content is escaped."""
    given = {"class": css, **attributes}
    shown = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in given.items() if value)
    said = escaped if name in WHOLE else written
    return Html(f"<{name}{shown}>{''.join(said(part) for part in content)}</{name}>")


def unless_empty(text: str, element: Html) -> Html:
    """The element, or nothing where the text it shows is empty."""
    return element if text else Html("")


def rich_span(css: str, text: str) -> Html:
    """A span of rich text, or nothing."""
    return unless_empty(text, tag("span", rich(text), css=css))


def unseen(text: str) -> Html:
    """Text for a screen reader only."""
    return unless_empty(text, tag("span", f"{text} ", css="v-sr"))


def css_share(share: float) -> str:
    """A share as a CSS length within 0–100 %; what is not a number is 0."""
    held = 0.0 if isnan(share) else min(max(share, 0.0), 1.0)
    return f"{held * 100:.2f}%"


def scrolling(content: Html, label: str) -> Html:
    """A scroll area that the keyboard reaches and a screen reader names."""
    return tag("div", content, css="v-scroll", role="region", tabindex="0", aria_label=label)

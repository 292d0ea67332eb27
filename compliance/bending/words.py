"""Translations of the texts of Streamlit's frontend, which exist only in English (`data/bending/streamlit.toml`).

The page's head carries them, and static/app.js replaces Streamlit's texts with them.
"""

import json
import re
from functools import cache
from typing import Final

from compliance.core.language import LANGUAGES, N_, Language, Texts
from compliance.core.places import STREAMLIT
from compliance.declarations.declared import read_toml
from compliance.serving import uploading

# Of these places there are words that the file cannot have.
UPLOADER: Final = "[data-testid=stFileUploader], [data-testid^=stTooltip]"
TABLE_TOOLS: Final = "[data-testid=stElementToolbar], [data-testid^=stTooltip]"
# The parts of Streamlit's page that are visible before any script has run, or without scripts.
FIRST: Final[dict[str, str]] = {
    "<title>.*?</title>": N_("Management review"),
    "<noscript>.*?</noscript>": N_("The page needs JavaScript."),
}


@cache
def words() -> dict[str, dict[str, Texts]]:
    """Streamlit's texts with those of the app in each language, by selector. The first match is used."""
    return {
        place["where"]: {own: text for text in place["texts"] for own in text["own"]}
        for place in read_toml(STREAMLIT)["words"]
    }


def translations(code: str) -> dict[str, dict[str, str]]:
    """Streamlit's texts with their translations, by selector, without those that stay the same."""
    say = Language(code)
    found = {where: {own: text[code] for own, text in texts.items()} for where, texts in words().items()}
    found[TABLE_TOOLS] |= {f"{own}: {{table}}": f"{text}: {{table}}" for own, text in found[TABLE_TOOLS].items()}
    # The frontend learns only the status of an answer.
    found[UPLOADER] |= {"File must be {size} or smaller.": say(uploading.TOO_LARGE)} | {
        f"AxiosError: Request failed with status code {n}": text for n, text in uploading.sentences(say).items()
    }
    return {w: {own: text for own, text in texts.items() if own != text or "{" in own} for w, texts in found.items()}


@cache
def element() -> str:
    """The texts of every language as an element of the page's head, read by static/app.js."""
    text = json.dumps({code: translations(code) for code in LANGUAGES}, ensure_ascii=False, separators=(",", ":"))
    # No text may end the script element.
    kept = text.replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{kept}</script>'


def lang_script(code: str) -> str:
    """The script with which the app sets the page's language. The server's policy allows no other inline script."""
    return f"<script>document.documentElement.lang='{code}'</script>"


def translated(page: str, code: str) -> str:
    """Streamlit's page with its initial texts in a language."""
    say = Language(code)
    for part, text in FIRST.items():
        opening, closing = part.split(".*?")
        page = re.sub(part, f"{opening}{say(text)}{closing}", page, count=1, flags=re.DOTALL)
    return page

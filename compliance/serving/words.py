"""Translations of the texts of Streamlit's frontend, which exist only in English.

The frontend has no catalogue. The page's head carries these texts, and static/app.js replaces Streamlit's with them,
both visible and for screen readers. Names of days and months need no entry: the frontend takes them from the browser's
language, which static/app.js sets.

A selector limits a text to elements whose words are Streamlit's, not the user's. `{name}` stands for any text;
`{month}` and `{date}` stand for an English date that is rewritten in the reader's language.
"""

import json
import re
from functools import cache
from typing import Final

from compliance.core.language import LANGUAGES, N_, Language
from compliance.serving import uploading

DATE: Final = "[data-testid=stDateInput], [data-testid=stDateInputCalendar]"
DATE_ERROR: Final = f"{DATE}, [data-testid^=stTooltip]"
TIME: Final = "[data-testid=stTimeInput], [data-testid^=stTooltip]"
LIST: Final = "[data-testid=stSelectbox]"
NO_MATCH: Final = "[role=listbox][data-empty=true]"
UPLOADER: Final = "[data-testid=stFileUploader], [data-testid^=stTooltip]"
DROP: Final = "[data-testid=stFileUploaderDropzone]"
TABLE_TOOLS: Final = "[data-testid=stElementToolbar], [data-testid^=stTooltip]"
TABLE_MENU: Final = "[data-testid^=stDataFrameColumn]"
# Streamlit's own dialogs contain no block of the app.
DIALOG: Final = "[data-testid=stDialog]:not(:has(.stVerticalBlock))"

STALE: Final = N_("What you see may be old. The page continues by itself when the server answers.")
LOST: Final = N_("It does not exist, or your role may not open it. Your first page is shown instead.")
NOT_SENT: Final = N_("The file did not arrive. Try again.")
NO_TIME: Final = N_("This is no time of day. Write it as 14:30.")
MANY: Final = N_("more than 1000 matches")

# The parts of Streamlit's page that are visible before any script has run, or without scripts.
FIRST: Final[dict[str, str]] = {
    "<title>.*?</title>": N_("Management review"),
    "<noscript>.*?</noscript>": N_("The page needs JavaScript."),
}
# Streamlit's text → the app's text, by selector. The first match is used.
WORDS: Final[dict[str, dict[str, str]]] = {
    "[data-testid=stSkipToContent]": {"Skip to main content": N_("Skip to the content")},
    ":is([data-testid=stTooltipIcon], [data-testid=stTooltipHoverTarget]) button": {
        "Help for {label}": N_("Help on {label}"),
        "Help": N_("Help"),
    },
    "[data-testid=InputInstructions]": {
        "Press {keys} to apply": N_("Press {keys}"),
        "Press {keys} to submit form": N_("Press {keys}"),
    },
    # --- dates and times
    "[role=spinbutton]": {
        "year, {label}": N_("year, {label}"),
        "month, {label}": N_("month, {label}"),
        "day, {label}": N_("day, {label}"),
        "hour, {label}": N_("hour, {label}"),
        "minute, {label}": N_("minute, {label}"),
        "{n} – {month}": N_("{n} – {month}"),
        "Empty": N_("Empty"),
        "yyyy": N_("yyyy"),
    },
    # React Aria puts the description of a field at the end of the page, for screen readers only.
    "body > div": {"Selected Date: {date}": N_("Selected date: {date}")},
    DATE: {
        "Choose date": N_("Choose a date"),
        "Choose date, {shown}": N_("Choose a date"),
        "Clear date": N_("Clear"),
        "Previous month": N_("Previous month"),
        "Next month": N_("Next month"),
        "Use arrow keys to navigate dates. Enter to select. Escape to close.": N_(
            "The arrow keys move between days, Enter chooses and Escape closes."
        ),
    },
    DATE_ERROR: {
        "Error": N_("Error"),
        "Error:": N_("Error:"),
        "{error}Date set outside allowed range. Please select a date between {first} and {last}.": N_(
            "{error}The date must be between {first} and {last}."
        ),
        "{error}Date set outside allowed range. Please select a date on or before {last}.": N_(
            "{error}The date can be {last} at the latest."
        ),
    },
    TIME: {
        "Invalid time format. Please use HH:MM.": NO_TIME,
        "Time is out of range.{more}": NO_TIME,
        "Value is out of range for {more}": NO_TIME,
    },
    # --- lists
    NO_MATCH: {"No results": N_("No matches")},
    f"{LIST} button": {
        "Open": N_("Choose"),
        "Clear value": N_("Clear"),
    },
    f"{LIST} input": {
        "Choose an option": N_("Choose"),
        "Choose or add an option": N_("Choose or write"),
        "No options to select": N_("Nothing yet."),
    },
    "[data-testid$=Dropdown]": {"Add: {text}": N_("Use “{text}”"), "Dismiss": N_("Close this")},
    "[data-testid=stNumberInput]": {
        "Decrement": N_("Decrease"),
        "Increment": N_("Increase"),
        "Number is outside the allowed range. Please enter a value between {low} and {high}.": N_(
            "The number must be between {low} and {high}."
        ),
    },
    # --- files
    DROP: {
        "Upload": N_("Choose files"),
        "{n}MB per file": N_("or drop them here. At most {n}\N{NO-BREAK SPACE}MB a file."),
        "Drag and drop files here": N_("Drop the files here"),
    },
    UPLOADER: {
        "file upload": N_("Files"),
        "Add files": N_("Choose files"),
        "Remove {file}": N_("Remove {file}"),
        "Cancel upload of {file}": N_("Remove {file}"),
        "Click to retry upload": N_("Try again"),
        "Error:": N_("Error:"),
        "File must be {size} or smaller.": uploading.TOO_LARGE,
        "{type} files are not allowed.": N_("Files of the type {type} are not taken."),
        "Upload failed": NOT_SENT,
        "AxiosError: {more}": NOT_SENT,
        "Network Error": NOT_SENT,
        "Connection lost. {more}": NOT_SENT,
        "Unexpected error. Please try again.": NOT_SENT,
    },
    "[data-testid=stDownloadButtonError]": {"{what}": N_("The file was not made. The reason is below.")},
    # --- tables that scroll
    "[data-testid=stDataFrame]": {
        "Type to search": N_("Search"),
        "Previous Result": N_("Back"),
        "Next Result": N_("Next"),
        "Close Search": N_("Close this"),
        "{k} of over 1000": MANY,
        "{n} of {of} result{more}": N_("{n} of {of}"),
        "over 1000": MANY,
        "{n} result{more}": N_("Matches: {n}"),
    },
    TABLE_TOOLS: {
        "Search": N_("Search"),
        "Show/hide columns": N_("Choose columns"),
        "Fullscreen": N_("Full screen"),
        "Close fullscreen": N_("Close this"),
        "Clear selection": N_("Clear"),
    },
    # Its figures and formats are hidden by static/style.css.
    TABLE_MENU: {
        "Select all": N_("Everything"),
        "Dataframe column menu": N_("Column"),
        "Copy column name": N_("Copy"),
        "Sort ascending": N_("Sort ascending"),
        "Sort descending": N_("Sort descending"),
        "Autosize": N_("Fit the width"),
        "Pin column": N_("Pin the column"),
        "Unpin column": N_("Unpin the column"),
        "Hide column": N_("Hide the column"),
    },
    # --- everything else
    "[data-testid=stCode], .stCode": {"Copy to clipboard": N_("Copy"), "Copied": N_("Copied")},
    "[role=progressbar]": {"progress": N_("how far it has come")},
    "[data-testid=stDialog]": {"Close": N_("Close this"), "Dismiss": N_("Close this")},
    "[data-testid=stException]": {
        "This app has encountered an error.{more}": N_(
            "Something went wrong, and the fault is in the log. Try again, or ask the person who runs the service."
        ),
    },
    DIALOG: {
        "Page not found": N_("The page cannot be opened"),
        "The page that you have requested does not seem to exist.{more}": LOST,
        "You have requested page {page}, but no corresponding file was found{more}": LOST,
        "Connection error": N_("No contact with the server"),
        "Is Streamlit still running?{more}": STALE,
        "Streamlit server is not responding.{more}": STALE,
        "Cannot connect to Streamlit{more}": STALE,
        "Connection timed out{more}": STALE,
        "Connection failed with status{more}": STALE,
    },
}


def translations(code: str) -> dict[str, dict[str, str]]:
    """Streamlit's texts with their translations, by selector, without those that stay the same."""
    say = Language(code)
    words = {where: {own: say(text) for own, text in texts.items()} for where, texts in WORDS.items()}
    words[TABLE_TOOLS] |= {f"{own}: {{table}}": f"{text}: {{table}}" for own, text in words[TABLE_TOOLS].items()}
    # The frontend learns only the status of an answer.
    words[UPLOADER] |= {
        f"AxiosError: Request failed with status code {n}": text for n, text in uploading.sentences(say).items()
    }
    return {w: {own: text for own, text in texts.items() if own != text or "{" in own} for w, texts in words.items()}


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

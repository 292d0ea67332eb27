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
LIST: Final = ":is([data-testid=stSelectbox], [data-testid=stMultiSelect])"
NO_MATCH: Final = "[role=listbox][data-empty=true]"
UPLOADER: Final = "[data-testid=stFileUploader], [data-testid^=stTooltip]"
ONE_FILE: Final = "[data-testid=stFileUploaderDropzone]:not(:has(input[multiple]))"
SEVERAL_FILES: Final = "[data-testid=stFileUploaderDropzone]:has(input[multiple])"
TABLE_TOOLS: Final = "[data-testid=stElementToolbar], [data-testid^=stTooltip]"
TABLE_MENU: Final = "[data-testid^=stDataFrameColumn], [data-testid=stDataFrameStatisticsMenu]"
# Streamlit's own dialogs contain no block of the app.
DIALOG: Final = "[data-testid=stDialog]:not(:has(.stVerticalBlock))"

STALE: Final = N_("What you see may be old. The page continues by itself when the server answers.")
LOST: Final = N_("It does not exist, or your role may not open it. Your first page is shown instead.")
NOT_SENT: Final = N_("The file did not arrive. Try again.")

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
        "Press Enter to apply": N_("Press Enter to apply"),
        "Press Ctrl+Enter to apply": N_("Press Ctrl+Enter to apply"),
        "Press ⌘+Enter to apply": N_("Press ⌘+Enter to apply"),
        "Press Enter to submit form": N_("Press Enter to send"),
        "Press Ctrl+Enter to submit form": N_("Press Ctrl+Enter to send"),
        "Press ⌘+Enter to submit form": N_("Press ⌘+Enter to send"),
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
        "Choose date, {shown}": N_("Choose a date, {shown}"),
        "Clear date": N_("Clear the date"),
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
        "{error}Date set outside allowed range. Please select a date on or after {first}.": N_(
            "{error}The date can be {first} at the earliest."
        ),
    },
    TIME: {
        "Clear time": N_("Clear the time"),
        "Invalid time format. Please use {form}.": N_("Write the time as {form}."),
        "Time is out of range.{more}": N_("There is no such time."),
        "Hours must be 0–23.": N_("Hours go from 0 to 23."),
        "Minutes must be 0–59.": N_("Minutes go from 0 to 59."),
    },
    # --- lists
    NO_MATCH: {"No results": N_("No matches")},
    f"{LIST} button": {
        "Open": N_("Show the choices"),
        "Clear value": N_("Clear the choice"),
        "Clear all": N_("Clear the choices"),
        "Remove {choice}": N_("Remove {choice}"),
    },
    f"{LIST} input": {
        "Choose an option": N_("Choose"),
        "Choose options": N_("Choose one or more"),
        "Choose or add an option": N_("Choose or write"),
        "Choose or add options": N_("Choose or write one or more"),
        "No options to select": N_("Nothing to choose"),
    },
    "[data-testid$=Dropdown]": {"Add: {text}": N_("Use “{text}”"), "Dismiss": N_("Close the list")},
    "[data-testid=stNumberInput]": {
        "Decrement": N_("Decrease"),
        "Increment": N_("Increase"),
        "Clear value": N_("Clear the number"),
        "Number is outside the allowed range. Please enter a value between {low} and {high}.": N_(
            "The number must be between {low} and {high}."
        ),
        "Number is above the allowed range.{more}": N_("The number is too large."),
        "Number is below the allowed range.{more}": N_("The number is too small."),
    },
    # --- files
    ONE_FILE: {
        "Upload": N_("Choose a file"),
        "{n}MB per file": N_("or drop it here. At most {n}\N{NO-BREAK SPACE}MB."),
        "Drag and drop a file here": N_("Drop the file here"),
    },
    SEVERAL_FILES: {
        "Upload": N_("Choose files"),
        "{n}MB per file": N_("or drop them here. At most {n}\N{NO-BREAK SPACE}MB a file."),
        "Drag and drop files here": N_("Drop the files here"),
    },
    UPLOADER: {
        "file upload": N_("Files"),
        "Add files": N_("Add files"),
        "Remove {file}": N_("Remove {file}"),
        "Cancel upload of {file}": N_("Stop the upload of {file}"),
        "Click to retry upload": N_("Try again"),
        "Error:": N_("Error:"),
        "File must be {size} or smaller.": N_("The file is larger than {size}."),
        "{type} files are not allowed.": N_("Files of the type {type} are not taken."),
        "Only one file is allowed.": N_("Only one file at a time."),
        "File size is too small.": N_("The file is empty."),
        "Upload failed": NOT_SENT,
        "AxiosError: {more}": NOT_SENT,
        "Network Error": NOT_SENT,
        "Connection lost. {more}": NOT_SENT,
        "Unexpected error. Please try again.": NOT_SENT,
    },
    "[data-testid=stDownloadButtonError]": {"{what}": N_("The file was not made. The reason stands below.")},
    # --- tables that scroll
    "[data-testid=stDataFrame]": {
        "Type to search": N_("Write what to look for"),
        "Previous Result": N_("Previous match"),
        "Next Result": N_("Next match"),
        "Close Search": N_("Close the search"),
        "{k} of over 1000": N_("{k} of more than 1000"),
        "{k} of 1 result": N_("{k} of 1"),
        "{k} of {n} results": N_("{k} of {n}"),
        "over 1000": N_("more than 1000 matches"),
        "1 result": N_("1 match"),
        "{n} results": N_("{n} matches"),
    },
    TABLE_TOOLS: {
        "Search": N_("Search"),
        "Search: {table}": N_("Search: {table}"),
        "Show/hide columns": N_("Choose columns"),
        "Show/hide columns: {table}": N_("Choose columns: {table}"),
        "Fullscreen": N_("Full screen"),
        "Fullscreen: {table}": N_("Full screen: {table}"),
        "Close fullscreen": N_("Leave full screen"),
        "Close fullscreen: {table}": N_("Leave full screen: {table}"),
        "Clear selection": N_("Clear the selection"),
        "Clear selection: {table}": N_("Clear the selection: {table}"),
    },
    TABLE_MENU: {
        "Dataframe column menu": N_("What can be done with the column"),
        "Copy column name": N_("Copy the name of the column"),
        "Sort ascending": N_("Sort ascending"),
        "Sort descending": N_("Sort descending"),
        "Statistics": N_("Figures of the column"),
        "Autosize": N_("Fit the width"),
        "Pin column": N_("Pin the column"),
        "Unpin column": N_("Unpin the column"),
        "Hide column": N_("Hide the column"),
        "Format": N_("Format"),
        "text": N_("text"),
        "number": N_("number"),
        "Values": N_("Values"),
        "Empty": N_("Empty"),
        "Distinct": N_("Different"),
        "Average": N_("Average"),
        "Standard deviation": N_("Standard deviation"),
        "Minimum": N_("Smallest"),
        "25th percentile": N_("25th percentile"),
        "Median": N_("Median"),
        "75th percentile": N_("75th percentile"),
        "Maximum": N_("Largest"),
        "Sum": N_("Sum"),
        "Range": N_("Span"),
        "Minimum length": N_("Shortest text"),
        "Maximum length": N_("Longest text"),
        "Average length": N_("Average length"),
        "Based on sample": N_("From a part of the rows"),
        "No data": N_("No values"),
        "Top values frequency chart": N_("The most frequent values as a chart"),
        "Distribution histogram": N_("The distribution as a chart"),
        "Automatic": N_("Automatic"),
        "Localized": N_("As in the language"),
        "Plain": N_("Plain"),
        "Compact": N_("Short"),
        "Dollar": N_("Dollar"),
        "Euro": N_("Euro"),
        "Yen": N_("Yen"),
        "Percent": N_("Per cent"),
        "Scientific": N_("Scientific"),
        "Accounting": N_("Accounting"),
        "Duration": N_("Duration"),
        "Distance": N_("Distance from now"),
        "Calendar": N_("Calendar"),
    },
    # --- everything else
    "[data-testid=stCode], .stCode": {"Copy to clipboard": N_("Copy"), "Copied": N_("Copied")},
    "[role=progressbar]": {"progress": N_("how far it has come")},
    "[data-testid=stToastContainer]": {"Notifications": N_("Messages")},
    "[data-testid=stToast]": {"Close": N_("Close the message")},
    "[data-testid=stDialog]": {"Close": N_("Close the dialog"), "Dismiss": N_("Close the dialog")},
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

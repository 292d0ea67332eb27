"""The catalogue holds every sentence of the product in Swedish, with the same fields, and no others."""

import ast
import re
from datetime import date, datetime
from functools import cache

import duckdb
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from compliance.core.language import LANGUAGES, LOCALE, Language, folded, number_in
from compliance.core.places import ROOT

CALLS = {"N_": None, "plural": (1, 2)}
PLACE = re.compile(r"\{(\w+)\}")
SPEAKERS = {"say", "language"}


@cache
def extracted():
    """Every sentence that the code marks: a text, or one and many."""
    found = set()
    for folder in ("compliance", "pages"):
        for entry in extract_from_dir(str(ROOT / folder), [("**.py", "python")], keywords=CALLS):
            message = entry[2]
            found.add(message if isinstance(message, str) else tuple(message))
        # the tool does not look into an f-string, where a sentence stands in single quotes
        for path in (ROOT / folder).rglob("*.py"):
            found.update(re.findall(r"N_\('([^']*)'\)", path.read_text("utf-8")))
    return found


@cache
def catalogue():
    """The Swedish of each sentence."""
    with (LOCALE / "sv" / "LC_MESSAGES" / "compliance.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale="sv") if entry.id]
    return {entry.id if isinstance(entry.id, str) else tuple(entry.id): entry.string for entry in entries}


def test_every_sentence_of_the_code_is_translated():
    assert sorted((message for message in extracted() if not catalogue().get(message)), key=str) == []


def test_the_catalogue_has_no_unused_sentence():
    assert sorted(set(catalogue()) - extracted(), key=str) == []


def test_an_entry_of_the_catalogue_has_each_form_once():
    """A merge can leave two translations of a sentence, of which the reader takes one and says nothing."""
    entries = (LOCALE / "sv" / "LC_MESSAGES" / "compliance.po").read_text("utf-8").split("\n\n")
    forms = [re.findall(r"^msg\S+", entry, re.MULTILINE) for entry in entries]
    assert [entry for entry, found in zip(entries, forms, strict=True) if len(found) != len(set(found))] == []


def test_a_translation_has_the_same_fields():
    assert [message for message, swedish in catalogue().items() if marks(message) != marks(swedish)] == []


def marks(message):
    """What each form of a sentence has besides its words: its places, and its stars for what is bold."""
    forms = (message,) if isinstance(message, str) else message
    return [(sorted(set(PLACE.findall(form))), form.count("**")) for form in forms]


def bare_calls(paths, names):
    """The calls of some functions whose first argument is a text as it stands."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in names:
                    yield f"{path.name}:{node.lineno}"


PAGES = [*(ROOT / "pages").glob("*.py")]


def test_every_sentence_is_marked():
    """`say("…")` without N_ would bypass the catalogue."""
    assert list(bare_calls([*(ROOT / "compliance").rglob("*.py"), *PAGES], SPEAKERS)) == []


def test_every_text_of_a_widget_is_translated():
    """The first argument of a widget is its visible text."""
    widgets = {"button", "toggle", "checkbox", "selectbox", "radio", "pills", "text_input", "text_area", "date_input"}
    widgets |= {"download_button", "expander", "popover", "segmented_control", "form_submit_button", "spinner"}
    assert list(bare_calls([*(ROOT / "compliance" / "screens").rglob("*.py"), *PAGES], widgets)) == []


@pytest.mark.parametrize(
    ("number", "swedish", "english"),
    [
        (0, "0", "0"),
        (1, "en", "one"),
        (2, "två", "two"),
        (13, "tretton", "thirteen"),
        (14, "14", "14"),
    ],
)
def test_a_number_in_a_sentence_is_written_in_words_up_to_thirteen(number, swedish, english):
    assert (Language("sv").in_words(number), Language("en").in_words(number)) == (swedish, english)


@pytest.mark.parametrize(
    ("share", "limits", "swedish", "english"),
    [
        (0.868, (), "86,8\u00a0%", "86.8%"),
        (1.0, (), "100\u00a0%", "100%"),
        (0.9996, (), "99,9\u00a0%", "99.9%"),
        (0.94996, (0.95,), "94,9\u00a0%", "94.9%"),
        (0.95, (0.95,), "95,0\u00a0%", "95.0%"),
        (0.0, (), "0\u00a0%", "0%"),
        (None, (), "–", "–"),
    ],
)
def test_a_share_never_rounds_across_a_limit_that_it_misses(share, limits, swedish, english):
    assert Language("sv").percent(share, limits=limits) == swedish
    assert Language("en").percent(share, limits=limits) == english


def test_numbers_and_dates_are_those_of_the_language():
    sv, en = Language("sv"), Language("en")
    assert sv.number(1742) == "1\u00a0742"
    assert en.number(1742) == "1,742"
    assert sv.change(-0.023) == "−2,3"
    assert sv.change(0.056) == "+5,6"
    # halves go to the even tenth, as shares do and as in what has been sealed
    assert [sv.change(share) for share in (0.0625, -0.1875, 0.0004, 0.0)] == ["+6,2", "−18,8", "±0,0", "±0,0"]
    assert sv.percent(0.0625) == "6,2\u00a0%"
    assert sv.date(date(2026, 10, 31)) == "31\u00a0oktober\u00a02026"
    assert sv.moment(datetime(2026, 11, 2, 13, 10)) == "2\u00a0november\u00a02026 kl. 13.10"
    assert [Language(code).age(1) for code in LANGUAGES] == ["dagen före", "the day before"]


@pytest.mark.parametrize(
    ("said", "number"),
    [(None, 1), ("", 1), ("x", 1), ("-2", 1), ("²", 1), ("0", 1), ("2", 2), ("9", 3), ("9" * 5000, 3)],
)
def test_a_number_in_an_address_is_clamped(said, number):
    assert number_in(said, most=3) == number


@pytest.mark.live
def test_names_fold_as_in_sql() -> None:
    """Every character, at the end of a word; DuckDB has no character 0."""
    told = duckdb.sql(
        "select chr(c::int) as c, lower('a' || chr(c::int)) as lower from range(1, 1114112) as r (c)"
        " where c not between 55296 and 57343"
    ).fetchall()
    assert [(c, lower) for c, lower in told if folded(f"a{c}") != lower] == []

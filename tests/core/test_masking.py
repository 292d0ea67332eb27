"""Identity numbers: every spelling of the form, what is no identity number, and what a column tells about its cells."""

import random
import re
import time
from datetime import date, timedelta

import pyarrow as pa
import pytest

from compliance.core.masking import MASK, Kind, Masked, mask_beside_hashes, mask_column, mask_text, numbers
from tests.identities import check_digit, holds_one, ten_digits, texts
from tests.layers import first_of

EXTRACTED = date(2026, 11, 1)


def column(*cells: str | None, kind: Kind = Kind.OTHER, day: date | None = EXTRACTED) -> list[str | None]:
    return masked(*cells, kind=kind, day=day).column.to_pylist()


def masked(*cells: str | None, kind: Kind = Kind.OTHER, day: date | None = EXTRACTED) -> Masked:
    half = len(cells) // 2
    return mask_column(
        pa.chunked_array([pa.array(cells[:half], pa.string()), pa.array(cells[half:], pa.string())]), kind, day
    )


def with_check(number: str) -> str:
    """A number with its right check digit; x stands where that is."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    return number.replace("x", check_digit(digits[-9:]))


# --- The form -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", first_of(range(20)))
def test_the_form_in_every_spelling(seed):
    """second implementation: every spelling, script and disguise, and what breaks the form"""
    for given in texts(random.Random(seed), 1500):
        kept, count = mask_text(given.text)
        assert (count > 0, MASK in kept) == (holds_one(given.text),) * 2, given
        # what spoils a number may make another one
        assert count or not given.is_one, given
        assert count or kept == given.text, given
        assert not holds_one(kept), given
        assert mask_text(kept) == (kept, 0), given


def test_masking_leaves_the_rest_of_the_text():
    """both centuries, coordination numbers"""
    for number in ("850709-1232", "850709 1232", "1985-07-09-1232", "85 07 09 - 1232", "1985/07/09.1232", "850709.1232",
                   "8507091232", "198507091232", "850709+1232", "85.07.09.1232", "850709\n1232", "850709     1232",
                   "18850709-1232", "1985 0709 1232", "850709(1232", "850709_1232", "850769-1238"):  # fmt: skip
        number = with_check(number[:-1] + "x")
        for before, after in (("", ""), ("Ring  ", "\xa0nu\u200b"), ("å", "å"), ("5) ", "."), ("rad 1\u200b", " ２")):
            assert mask_text(before + number + after) == (before + MASK + after, 1), number


# 850709-1232 as nobody lists it, and others with a check digit of their own.
SPELLINGS = """
SE850709123201|SE 850709-1232 01|se850709123201|SE-850709-123201|VAT SE850709123201.|168507091232|16850709-1232
16 850709-1232|16850709123201|SE16850709123201|1.68507091232E+11|168507091232.0|16 850709 12 32
850709-12 32|850709-12-32|850709-12.32|850709-12/32|850709-12:32|850709-12_32|850709-12,32|850709-12·32
850709-12\u00a032|850709-12\n32|85 07 09 12 32|85-07-09-12-32
85.07.09.12.32|1985-07-09-12 32|8507 0912 32|85070912 32|19850709 12 32
850709 12 32|850709–12–32|(850709) 12-32|850709 96:3x|850709  12  32|85/07/09 12 32|850709:12:32|70-850 709 12 32
850709&#45;1232|850709&#x2d;1232|850709&#X2D;1232|850709&#0045;1232|850709&nbsp;1232|850709&nbsp1232|850709&ndash;1232
850709&shy;1232|850709&#8209;1232|850709&minus;1232|850709&nbsp;&ndash;&nbsp;1232|850709-12&#32;32|850709-123&#50;
&#56;&#53;&#48;&#55;&#48;&#57;&#45;&#49;&#50;&#51;&#50;|&#56;50709-1232|85&#48;709-1232|850709&amp;#45;1232|＆#56;50709-1232
850709%201232|850709%2D1232|850709%2d1232|850709%C2%A01232|850709%E2%80%931232|850709%252D1232|850709%A01232
%38%35%30%37%30%39%2D%31%32%33%32|%3850709-1232|850709-123%32|850709-12%2032|850709%u20131232|850709\\u002d1232
850709\\x2d1232|850709_x002D_1232|{"pnr":"850709\\u20131232"}|https://x.se/p/19850709-1232/a%20b|id=8507091232;
85O709-1232|85o7o9-1232|850709-l232|850709-I232|85O7O9-I232|I9850709-1232|l9850709-l232|85 O7 O9 l232|SE85O7O9l232Ol
８５Ｏ７０９－１２３２|８５０７０９－１２　３２|ＳＥ８５０７０９１２３２０１|850709\u200b-12\u200b32
85О709-1232|85Ο709-1232|850709-Ӏ232|85º709-1232|⁸⁵⁰⁷⁰⁹-¹² ³²|850709-12\u00ad32|٨٥٠٧٠٩-١٢ ٣٢
<b>850709-12&nbsp;32</b>|3.1.850709-1232|850709 & 1232
18850709-12 32|850769-123x|19850769-12 3x|SE850769123x|1685076912 3x
"""


def test_spellings_that_nobody_lists():
    """a sole trader's number, one character amid the last four, escapes, letters for digits, and all of it at once"""
    spellings = [with_check(text) if "x\n" in f"{text[-3:]}\n" else text for text in _parts(SPELLINGS)]
    assert len(spellings) > 100
    for text in spellings:
        kept, count = mask_text(text)
        assert (count, MASK in kept) == (1, True), text
        assert mask_text(kept) == (kept, 0), text
        assert column(text, "-") == [kept, "-"], text


def _parts(texts: str) -> list[str]:
    return [text for line in re.split("\n(?!32)", texts.strip()) for text in line.split("|")]


# n4: four digits, and so on; n2f: two from 20 on, as in the number of an organisation.
NONE = {
    "version": "10.0.17763.{n4}|2.1.0{d1}09.{n4}|{n1}.{n1}.{ymd}.{n4}|version 10.{n1}.1{n4} {n4}|10.0.1{n4} (64) {n4}"
    "|{n2}.{n1}.{n4}",
    "IP address": "{n2}.{n3}.{n2}.{n2}|{n2}.1{n2}.2{n1}.{n2}/{n2}|10.{n2}.12.31:{n4}|10.1{n1}.2{n1}.{n2}:{n2}"
    "|10.{n2}.{n2}.{n2}, 10.{n2}.{n2}.{n2}",
    "date": "{day}|{day} {clock}|{day} {clock}:{s2}|{day}T{clock}:{s2}.{n3}Z|{day} {clock}:{s2}.{n4}{n2}"
    "|{day} – {day}|{ymd} - {day}|{day}, {day}, {day}|{day} {clock}-{clock}|{day} kl. {clock}|{d2}.{m2}.20{m2} {clock}"
    "|{d2}/{m2} 20{m2} {clock}|{day}T{clock}:{s2}+02:00|möte {day} {clock}, åter {day} {clock}.|{day} {n2},{n2}",
    "organisation": "{n2}{n2f}{n2}-{n4}|16{n2}{n2f}{n2}-{n4}|SE{n2}{n2f}{n2}{n4}01",
    "telephone": "+46 7{n1}-{n3} {n2} {n2}|+46 8 {n3} {n3} {n2}|0046 7{n1}-{n3} {n2} {n2}|+46 (0)7{n1}-{n3} {n2} {n2}"
    "|+47 {n2} {n2} {n2} {n2}",
    "amount": "{n2} {n3} {n3},{n2}|{n4}{n4},{n2} kr|{n2}.{n3}.{n3},{n2}|0.{ymd}{n2}|12,{ymd}{n4}",
    "number": "{n4}{n4}|20{n2}-{n4}{n1}|{n4}{n4}{n4}{n1}|SE{n2}{n4}{n4}{n4}{n4}{n4}|KS 20{n2}/{n4}|{n4}-{n4}"
    "|978-91-{n4}-{n3}-{n1}",
    "hex": "{hex}a{hex}|0x{hex}|{hex}-{n4}-a{n3}-{n4}-{hex}{hex}",
}


@pytest.mark.parametrize("kind", NONE)
def test_what_only_looks_like_one(kind):
    """versions, addresses, dates and times, organisations, telephones, accounts, invoices, whatever their digits"""
    chance = random.Random(kind)
    for form in NONE[kind].split("|"):
        for _ in range(60):
            text = re.sub(r"\{(\w+)\}", lambda match: _random(chance, match[1]), form)
            assert mask_text(text) == (text, 0), text


def _random(chance: random.Random, what: str) -> str:
    day = date(2000, 1, 1) + timedelta(days=chance.randrange(12_000))
    known = {
        "day": f"{day}", "ymd": f"{day:%Y%m%d}", "clock": f"{chance.randrange(24):02}:{chance.randrange(60):02}",
        "d2": f"{day:%d}", "m2": f"{day:%m}", "d1": str(day.month % 9 + 1), "s2": f"{chance.randrange(60):02}",
        "n2f": f"{chance.randrange(20, 100)}", "hex": "".join(chance.choice("abcdef01") for _ in range(8)),
    }  # fmt: skip
    return known.get(what) or f"{chance.randrange(10 ** int(what[1])):0{what[1]}}"


@pytest.mark.parametrize(
    "text",
    [
        "850709-1233",  # a wrong check digit
        "0.8507091232",
        "12,8507091232",
        "85.07091232",
        "8.507091232",
        "-46108.8507091232",
        "andel 0.8507091232 av",
        "8.507091232E-1",
        "2026-01-01 – 2026-09-30",
        "20260101 - 2026-09-30",
        "2026-10-31 14:30",
        "2026-10-31 14:30:00",
        "850709-1-232",
        "850709-123 2",
        "850709-12321",
        "1850709-1232",
        "850709a1232",
        "850709-./-1232",
    ],
)
def test_what_is_no_identity_number(text):
    """decimal numbers, four digits that begin a date, adjacent digits, other characters between"""
    assert mask_text(text) == (text, 0)


@pytest.mark.parametrize(
    "text",
    ["1001,8507091232,Eva Ek", "12,198507091232;", "se 2026-11-01,8507091232", "rad 1: 3,8507091232; rad 2",
     "(42.8507091232)", "a,8507091232", "3.8507091232/1"],
)  # fmt: skip
def test_part_of_a_list_or_a_date_is_no_decimal_number(text):
    kept, count = mask_text(text)
    assert (count, "1232" in kept) == (1, False), kept


def test_four_digits_that_begin_a_date_never_end_an_identity_number():
    periods = [
        f"{y}{m:02}{d:02}{gap}{y}-{m:02}-30"
        for y in (2025, 2026)
        for m in (1, 6, 9)
        for d in range(1, 29)
        for gap in (" – ", " ", "-")
    ]
    right = [text for text in periods if holds_one(text[: text.rindex(text[:4]) + 4])]
    assert len(right) > 20
    assert [mask_text(text) for text in right] == [(text, 0) for text in right]
    assert all(mask_text(text[: text.rindex(text[:4]) + 4])[1] for text in right)
    assert mask_text(right[0].replace("-30", "-31").replace("-01-31", "-02-31"))[1] == 1


@pytest.mark.parametrize(
    "text",
    ["8507091232.0", "8507091232,00", "8.507091232E9", "8507091232E0", "85070912.32e+2", "8 507 091 232",
     "8.507.091.232", "8\u202f507\u202f091\u202f232", "8'507'091'232", "198 507 091 232",
     "198507091232.00", "1,98507091232E+11"],
)  # fmt: skip
def test_whole_numbers_in_the_forms_that_spreadsheets_write(text):
    assert mask_text(text)[1] == 1
    assert mask_text(text.replace("2", "3", 1) if text[0] != "1" else text.replace("7", "6", 1))[1] == 0


def test_a_footnote_number_does_not_hide_an_identity_number():
    """superscript: a digit of the number, or the number of a footnote"""
    assert mask_text("850709-1232²") == (f"{MASK}²", 1)
    assert mask_text("⁸⁵⁰⁷⁰⁹-¹²³²") == (MASK, 1)


# What a text may repeat.
SHAPES = (
    "1", "1 ", "85", "8507 ", "850709-12", "850709-123 ", "1  ", "0.1", "1.", " ", "\u200b1", "１", "-", "2026-01-01 ",
    "1\n", "e9", "\u0301", "\u0323\u0301", "1\u0301", "½", "\u3164", "&#49;", "%31", "%2531", "&amp;", "O", "1O", "l 1",
    "12:", "12 12", "1.1.", "(1)", "01", "SE",
)  # fmt: skip


@pytest.mark.exhaustive
def test_a_cell_costs_no_more_than_its_length():
    """linear time for the worst of digits, gaps and marks"""
    for shape in SHAPES:
        took = []
        for length in (20_000, 80_000):
            text = "850709" + shape * (length // len(shape)) + "1232"
            started = time.process_time()
            numbers(text)
            took.append(time.process_time() - started)
        assert took[1] < 0.2 + 8 * took[0], shape


# --- A column -----------------------------------------------------------------------------------------------------


def test_a_text_without_a_number_is_the_same_text():
    cells = ["x", None, "", "2026-10-31 00:00:00", "Kim  Exempel\u200b", "0701-23 45 67", " ½ "]
    assert column(*cells) == cells
    assert column(*cells, "850709-1232 ") == [*cells, f"{MASK} "]


CASES = [f"202610{day:02}-{number:04}" for day in range(1, 11) for number in range(1, 31)]


def test_case_numbers_are_not_masked():
    """a date from five years before to one year after the extract date, however few rows there are"""
    assert sum(mask_text(case)[1] for case in CASES) > 20
    assert column(*CASES, kind=Kind.CASE) == CASES
    assert not masked(*CASES, kind=Kind.CASE).by_chance
    [case] = [case for case in CASES[:20] if mask_text(case)[1]][:1]
    assert column(case, kind=Kind.CASE) == [case]
    assert column(f"Dnr {case}", kind=Kind.CASE) == [f"Dnr {case}"]
    assert column(case, kind=Kind.CASE, day=None) == [MASK]
    for kind in (Kind.PERSON, Kind.TIME, Kind.OTHER):
        assert column(case, kind=kind) == [MASK]


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        ("20211101", True),
        ("20211031", False),
        ("20271101", True),
        ("20271102", False),
        ("20261091", False),
        ("261031", False),
    ],
)
def test_the_first_and_the_last_day_of_a_case_number(day, kept):
    case = with_check(f"{day}-001x")
    assert column(case, kind=Kind.CASE) == [case if kept else MASK]


def test_the_29_february_five_years_before():
    assert column(with_check("20190228-001x"), kind=Kind.CASE, day=date(2024, 2, 29)) != [MASK]
    assert column(with_check("20190227-001x"), kind=Kind.CASE, day=date(2024, 2, 29)) == [MASK]


def test_most_of_a_column_decide_that_it_has_the_form_by_chance():
    """at least five cells that are a number of the form, more than half with an invalid check digit"""
    right, wrong = "850709-1232", "850709-1233"
    assert column(right, wrong, wrong, wrong, "x") == [MASK, wrong, wrong, wrong, "x"]
    assert column(right, wrong, wrong, wrong, wrong) == [right, wrong, wrong, wrong, wrong]
    assert masked(right, wrong, wrong, wrong, wrong).by_chance
    assert column(*[right] * 3, *[wrong] * 3) == [*[MASK] * 3, *[wrong] * 3]
    assert column(*[right] * 3, *[wrong] * 4) == [*[right] * 3, *[wrong] * 4]
    assert column(f"om {right}", *[wrong] * 5) == [f"om {MASK}", *[wrong] * 5]
    assert not masked(f"om {right}", *[wrong] * 5).by_chance
    assert column(right, *[f"om {wrong}"] * 5) == [MASK, *[f"om {wrong}"] * 5]


def test_few_cells_are_enough_for_employee_ids():
    assert column("8507091232", "8507091233", "8507091234", kind=Kind.PERSON) == [
        "8507091232",
        "8507091233",
        "8507091234",
    ]
    assert column("8507091232", "8507091233", kind=Kind.PERSON) == [MASK, "8507091233"]
    assert column("8507091232", kind=Kind.PERSON) == [MASK]


def test_a_time_of_day_in_a_column_of_times():
    """four digits are a time only in a column of dates, after an eight-digit date and white space"""
    times = [with_check(f"2026-10-{day:02} 143x") for day in range(1, 31)]
    times = [text for text in times if text[-4:-1] == "143"]
    assert column(*times[:3], kind=Kind.TIME) == times[:3]
    assert column(*times[:3]) == [MASK] * 3
    for text in (
        "19850709-1232",
        "850709 1232",
        "198507091232",
        with_check("2026-10-31 996x"),
        with_check("2026-10-91 143x"),
    ):
        assert column(text, kind=Kind.TIME) == [MASK], text


def test_numbers_that_lost_their_leading_zeros():
    """most whole numbers of the column have the form once the zeros are restored"""
    chance = random.Random(3)
    young = [ten_digits(chance, first=date(2000, 1, 1), last=date(2009, 12, 31))[2:].lstrip("0") for _ in range(6)]
    old = [ten_digits(chance, first=date(1940, 1, 1), last=date(1999, 12, 31))[2:] for _ in range(3)]
    assert {len(number) for number in young} <= {7, 8, 9}
    assert column("Nr", *young, *old, "12") == ["Nr", *[MASK] * 9, "12"]
    assert column(*young[:2], f"{young[2]}.0") == [MASK, MASK, f"{MASK}.0"]
    assert column(*young[:2], "12", "13") == [*young[:2], "12", "13"]
    assert column(young[0], "12", young[1]) == [MASK, "12", MASK]
    assert column(f"a{young[0]}") == [f"a{young[0]}"]


@pytest.mark.parametrize("seed", first_of(range(20)))
def test_a_column_is_masked_as_its_texts_are(seed):
    """cells that the search in Arrow skips hold no number"""
    given = list(texts(random.Random(1000 + seed), 1500))
    for start in range(0, len(given), 100):
        part = [f"{text.text} m" for text in given[start : start + 100]]
        assert column(*part) == [mask_text(text)[0] for text in part]


def test_a_seal_is_left_as_it_is_and_a_number_beside_it_is_not():
    """chance: one seal of 1,400 has the form in it; a word that is longer or shorter is no seal"""
    seal = "a" * 27 + "8507091232" + "b" * 27
    for text in (seal, seal.upper(), f"sha256: {seal}, {seal}."):
        assert mask_beside_hashes(text) == (text, 0)
    for text in (f"{seal} 850709-1232", f"{seal}b", seal[1:]):
        assert mask_beside_hashes(text)[1] == 1

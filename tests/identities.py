"""Generated identity numbers and look-alikes, and a second, naive implementation of the rule."""

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SIGNS = "-+./ ,:;_*'|\u2013\u2014\u2010\u2212\u00a0\u2009\t\n·()=#"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u202e\u2060\ufeff\u034f\ufe0f\u115f\u3164\x01\x1f\x7f\U000e0041\u0301\u20e3"
DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹")
BESIDE = ("", "å", "nr ", "(", " ", "x-", "\n", "Ö", "\u200b ")


@dataclass(frozen=True)
class Text:
    """A text that holds an identity number or not, and why."""

    text: str
    is_one: bool
    why: str


def check_digit(nine: str) -> str:
    """The last digit, by the book: double every second digit, add up all digits, and complete the sum to a multiple of
    ten.
    """
    total = sum(int(figure) for place, digit in enumerate(nine) for figure in str(int(digit) * (2, 1)[place % 2]))
    return str(-total % 10)


def ten_digits(chance: random.Random, *, first: date = date(1800, 1, 1), last: date = date(2099, 12, 31)) -> str:
    """A century and ten digits of a person; one in four is a coordination number."""
    day = first + timedelta(days=chance.randrange((last - first).days + 1))
    date_ = f"{day:%Y%m}{day.day + 60 * (chance.random() < 0.25):02}"
    nine = date_[2:] + f"{chance.randrange(1000):03}"
    return date_[:2] + nine + check_digit(nine)


def texts(chance: random.Random, count: int) -> Iterator[Text]:
    """Texts of every kind: how the number is written, what surrounds it, and what breaks the form."""
    for _ in range(count):
        digits = ten_digits(chance)
        digits = digits if chance.random() < 0.5 else digits[2:]
        yield chance.choice((_written, _disguised, _spoiled))(chance, digits)


def _spelled(chance: random.Random, digits: str) -> str:
    """The digits with up to three characters between those of the date, and none between the last four."""
    between = ["" for _ in digits[:-4]]
    between[-1] = chance.choice(("", _gap(chance)))
    if chance.random() < 0.5:
        between[-3] = between[-5] = chance.choice(("", _gap(chance)))
    if chance.random() < 0.1:
        between = [_gap(chance) for _ in between]
    return "".join(digit + gap for digit, gap in zip(digits, [*between, "", "", "", ""], strict=True))


def _gap(chance: random.Random) -> str:
    return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(4)))


def _within(chance: random.Random, text: str) -> str:
    return chance.choice(BESIDE) + text + chance.choice(BESIDE)


def _written(chance: random.Random, digits: str) -> Text:
    return Text(_within(chance, _spelled(chance, digits)), True, "written")


def _disguised(chance: random.Random, digits: str) -> Text:
    """The digits in another script or form, with invisible characters between them."""
    script = chance.choice(DIGITS)
    letters = [script[int(letter)] if letter in "0123456789" else letter for letter in _spelled(chance, digits)]
    unseen = [chance.choice(INVISIBLE) if chance.random() < 0.3 else "" for _ in letters]
    return Text("".join(a + b for a, b in zip(letters, unseen, strict=True)), True, "disguised")


def _spoiled(chance: random.Random, digits: str) -> Text:
    """The digits with one thing that breaks the form."""
    wrong = digits[:-1] + str((int(digits[-1]) + chance.randrange(1, 10)) % 10)
    month = f"{digits[:-8]}{chance.choice(('00', '13', '20', '99'))}{digits[-6:-1]}"
    place = chance.randrange(1, len(digits) - 4)
    last = chance.randrange(1, 4)
    return chance.choice(
        (
            Text(_within(chance, _spelled(chance, wrong)), False, "check digit"),
            Text(_within(chance, month + check_digit(month[-9:])), False, "month"),
            Text(digits[:place] + "a" + digits[place:], False, "letter within"),
            Text(digits[:-4] + " x" + digits[-4:], False, "letter before the last four"),
            Text(digits[:-4] + "-./-" + digits[-4:], False, "four signs"),
            Text(digits[:-last] + "-" + digits[-last:], False, "last four apart"),
            Text(f"{digits}{chance.randrange(10)}", False, "digit after"),
            Text(f"0.{digits}", False, "decimals"),
            Text(f"12,{digits}", False, "decimals"),
        )
    )


# --- The second implementation ------------------------------------------------------------------------------------


def holds_one(text: str) -> bool:
    """Whether a text holds an identity number: every part of it is tried, however slowly."""
    seen = "".join(map(_plain, unicodedata.normalize("NFKC", text)))
    apart = "".join(_digit(letter) if unicodedata.decimal(letter, None) is not None else letter for letter in text)
    return any(_is_one(one, start, end) for one in (seen, apart) for start, end in _stretches(one))


def _plain(letter: str) -> str:
    if letter.isspace() and letter not in "\x1c\x1d\x1e\x1f":
        return " "
    gone = unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Me") or letter in "\u115f\u1160\u3164\uffa0"
    return "" if gone else _digit(letter)


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    places = [place for place, letter in enumerate(text) if letter in "0123456789"]
    for first, start in enumerate(places):
        for count in (10, 12):
            if first + count <= len(places):
                yield start, places[first + count - 1] + 1


def _is_one(text: str, start: int, end: int) -> bool:
    digits = [letter for letter in text[start:end] if letter in "0123456789"]
    gaps = re.split("[0-9]", text[start:end])[1:-1]
    beside = text[max(start - 1, 0) : start] + text[end : end + 1]
    return (
        not any(letter in "0123456789" for letter in beside)
        and not any(gaps[-3:])
        and all(len(" ".join(f"x{gap}x".split())) <= 5 and not any(map(str.isalpha, gap)) for gap in gaps)
        and _is_day("".join(digits[:-4]))
        and check_digit("".join(digits[-10:-1])) == digits[-1]
        and not _is_of_a_decimal_number(text, start, end)
        and not re.match(r"\d{4}([-/.])\d\d\1\d\d(?!\d)", text[end - 4 :])
    )


def _is_day(digits: str) -> bool:
    day = int(digits[-2:])
    try:
        found = date(
            int(digits[:-4] if len(digits) == 8 else "20" + digits[:-4]), int(digits[-4:-2]), day - 60 * (day > 60)
        )
    except ValueError:
        return False
    return 1800 <= found.year < 2100


def _is_of_a_decimal_number(text: str, start: int, end: int) -> bool:
    for number in re.finditer(r"(?<!\S)[-+\u2212]?[0-9]+[.,]([0-9]+)(?![0-9])(?=%?(?:\s|$))", text):
        if number.start() <= start and number.end() == end:
            return len(number[1]) != 4
    return False

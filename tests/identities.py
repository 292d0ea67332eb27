"""Generated identity numbers and look-alikes, and a second, naive implementation of the rule."""

import html
import random
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SIGNS = "-+./ ,:;_*'|\u2013\u2014\u2010\u2212\u00a0\u2009\t\n·()=#"
# What parts the last four digits in their midst, and is not the sign of a time or of decimals.
MIDST = "-+/ ;_*|\u2013\u00a0\n\u00b7"
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
        kinds = (_written, _disguised, _spoiled, _written, _disguised, _spoiled, _escaped, _lettered, _of_a_trader)
        yield chance.choice(kinds)(chance, digits)


def _spelled(chance: random.Random, digits: str) -> str:
    """The digits with up to three characters between those of the date, and perhaps one amid the last four."""
    between = ["" for _ in digits[:-4]]
    between[-1] = chance.choice(("", _gap(chance)))
    if chance.random() < 0.5:
        between[-3] = between[-5] = chance.choice(("", _gap(chance)))
    if chance.random() < 0.1:
        # Digits that full stops part are a version.
        between = [_gap(chance).replace(".", "-") for _ in between]
    midst = chance.choice(MIDST) if chance.random() < 0.2 else ""
    return "".join(digit + gap for digit, gap in zip(digits, [*between, "", midst, "", ""], strict=True))


def _gap(chance: random.Random) -> str:
    return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(4)))


def _within(chance: random.Random, text: str) -> str:
    return chance.choice(BESIDE) + text + chance.choice(BESIDE)


def _written(chance: random.Random, digits: str) -> Text:
    return Text(_within(chance, _spelled(chance, digits)), True, "written")


def _escaped(chance: random.Random, digits: str) -> Text:
    """The digits and what is between them as characters of HTML and of addresses, some of them twice."""
    forms = ("{0}", "{0}", "&#{1};", "&#x{1:x};", "&#X{1:04X};", "%{1:02x}", "%{1:02X}", "%25{1:02X}", "&amp;#{1};")
    text = "".join(chance.choice(forms).format(letter, ord(letter)) for letter in digits[:-4])
    gap = chance.choice(("&nbsp;", "&ndash;", "&shy;-", "%20", "%C2%A0", "%E2%80%93", "&#8209;", "-", "&#45;", "&nbsp"))
    last = "".join(chance.choice(forms[:-2]).format(letter, ord(letter)) for letter in digits[-4:])
    return Text(_within(chance, text + gap + last), True, "escaped")


def _lettered(chance: random.Random, digits: str) -> Text:
    """Letters instead of some of the digits 0 and 1."""
    letters = {"0": "0OoО", "1": "1lI"}
    text = "".join(chance.choice(letters.get(letter, letter)) for letter in digits)
    return Text(f"{text[:-4]}{chance.choice(('', '-', ' '))}{text[-4:]}", True, "lettered")


def _of_a_trader(chance: random.Random, digits: str) -> Text:
    """The number of a sole trader, as the tax agency and others write it."""
    ten = digits[-10:-4] + chance.choice(("", "-", " ")) + digits[-4:]
    forms = ("16{}", "SE{}01", "SE {}01", "se-{}01", "SE{}", "16{}01", "SE16{}01", "VAT: SE{}01.")
    return Text(chance.choice(forms).format(ten), True, "trader")


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
    last = chance.choice((1, 3))
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
    """Whether a text holds an identity number: every part of every way to read it is tried, however slowly."""
    seen = "".join(map(_plain, unicodedata.normalize("NFKC", text)))
    apart = "".join(_digit(letter) if unicodedata.decimal(letter, None) is not None else letter for letter in text)
    ways = {seen, apart}
    for _ in range(3):
        ways |= {"".join(map(_plain, unicodedata.normalize("NFKC", _without_escapes(way)))) for way in ways}
    ways |= {_without_letters(way) for way in ways}
    return any(_is_one(way, start, end) for way in ways for start, end in _stretches(way))


def _plain(letter: str) -> str:
    if letter.isspace() and letter not in "\x1c\x1d\x1e\x1f":
        return " "
    gone = unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Me") or letter in "\u115f\u1160\u3164\uffa0"
    return "" if gone else _digit(letter)


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _without_escapes(text: str) -> str:
    return html.unescape(urllib.parse.unquote(text)) if "&" in text or "%" in text else text


def _without_letters(text: str) -> str:
    """The text with letters as digits in every word of digits and such letters alone, and between two digits."""
    swap = str.maketrans("OoОоlI", "000011")
    words = re.split(r"([^\W_]+)", text)
    alone = [word.translate(swap) if re.fullmatch("(?i:se)?[0-9OoОоlI]+", word) else word for word in words]
    return re.sub("(?<=[0-9])[OoОоlI]+(?=[0-9])", lambda match: match[0].translate(swap), "".join(alone))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """From the first of some digits in a row to the last of some."""
    runs = [match.span() for match in re.finditer("[0-9]+", text)]
    for first, (start, _) in enumerate(runs):
        length = 0
        for begin, end in runs[first:]:
            length += end - begin
            if length in (10, 12, 14):
                yield start, end


def _is_one(text: str, start: int, end: int) -> bool:
    return _is_number(text, start, end) or (text[end - 2 : end] == "01" and _is_number(text, start, end - 2))


def _is_number(text: str, start: int, end: int) -> bool:
    digits = "".join(letter for letter in text[start:end] if letter in "0123456789")
    if len(digits) < 10:
        return False
    own = digits[2:] if len(digits) == 12 and digits[:2] == "16" else digits
    gaps = [" ".join(f"x{gap}x".split())[1:-1] for gap in re.split("[0-9]", text[start:end])[1:-1]]
    four = [place for place in range(start, end) if text[place] in "0123456789"][-4]
    return (
        len(own) in (10, 12)
        and gaps[-1] == gaps[-3] == ""
        and len(gaps[-2]) <= 1
        and all(len(gap) <= 3 and not any(map(str.isalpha, gap)) for gap in gaps)
        and _is_day(own[:-4])
        and check_digit(own[-10:-1]) == own[-1]
        and not _is_of_a_decimal_number(text, start, end)
        and not re.match(r"\d{4}([-/.])\d\d\1\d\d(?!\d)", text[end - 4 :])
        and not (gaps[-2] in (":", ".", ",") and re.search(r"\s$", text[:four]))
        and not _is_of_a_version(text[:four])
    )


def _is_of_a_version(before: str) -> bool:
    groups = re.search(r"(?:[0-9]+\.){2,}[0-9]+\.?$", before)
    return groups is not None and [len(each) for each in groups[0].strip(".").split(".")][1:] != [2, 2]


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

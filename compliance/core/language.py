"""Swedish and English: sentences from the catalogue, numbers and dates as each language writes them."""

import datetime as dt
import gettext
import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal

LOCALE: Final = Path(__file__).resolve().parents[2] / "data" / "locale"
NBSP: Final = "\N{NO-BREAK SPACE}"
SOFT_HYPHEN: Final = "\N{SOFT HYPHEN}"
MINUS: Final = "\N{MINUS SIGN}"
MOST_DIGITS: Final = 9
# Markers of bold in a text: two Unicode noncharacters, reserved for internal use, so `**` in a name stays `**`.
BOLD_BEGINS: Final = "\ufdd0"
BOLD_ENDS: Final = "\ufdd1"
LANGUAGES: Final = {"sv": "Svenska", "en": "English"}
Texts = dict[str, str]


def N_(message: str) -> str:  # noqa: N802 - gettext's own name, which its tools look for
    """Mark a sentence for the catalogue; it is translated later, where the reader's language is known."""
    return message


def begun(text: str) -> str:
    """A text with a capital letter to begin with, and otherwise as it is."""
    return text[:1].upper() + text[1:]


def bold(text: str) -> str:
    """A part of a rich text that is drawn bold (elements.rich). A sentence of the catalogue writes it `**so**`."""
    return f"{BOLD_BEGINS}{text}{BOLD_ENDS}"


def _marked(sentence: str) -> str:
    """A catalogue sentence with its own `**bold**` as markers, before values are filled in that may contain `**`."""
    return re.sub(r"\*\*(.+?)\*\*", lambda part: bold(part[1]), sentence) if "**" in sentence else sentence


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    """The compiled catalogue of `code`. English has none: its sentences are the keys."""
    path = LOCALE / code / "LC_MESSAGES" / "compliance.po"
    if not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


# The numbers from one to that of the review points, in words.
NUMBERS: Final = (
    N_("one"), N_("two"), N_("three"), N_("four"), N_("five"), N_("six"), N_("seven"),
    N_("eight"), N_("nine"), N_("ten"), N_("eleven"), N_("twelve"), N_("thirteen"),
)  # fmt: skip


@dataclass(frozen=True)
class Language:
    """A reader's language, `sv` or `en`. Call it to translate: say("…")."""

    code: str

    def __call__(self, message: str, **values: object) -> str:
        """Translate `message` and fill its `{named}` fields. Only the sentence's own `**marks**` become bold."""
        text = _marked(_catalogue(self.code).gettext(message))
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """`one` or `many`, as the language has it for `n`, which fills `{n}`."""
        text = _marked(_catalogue(self.code).ngettext(one, many, n))
        return text.format(n=self.number(n), **values)

    def pick(self, texts: Texts) -> str:
        """The text of a declaration in this language; else the English one, else any."""
        return texts.get(self.code) or texts.get("en") or next(iter(texts.values()), "")

    def plain(self, texts: Texts) -> str:
        """The text of a declaration without soft hyphens, which are for drawing and not for text."""
        return self.pick(texts).replace(SOFT_HYPHEN, "")

    def refusal(self, refusal: Refusal) -> str:
        """The sentence of a refusal in this language."""
        return self(refusal.message, **{key: self._value(value) for key, value in refusal.values.items()})

    def _value(self, value: object) -> object:
        if isinstance(value, Refusal):
            return self.refusal(value)
        if isinstance(value, dict):
            return self.pick(value)
        return self.date(value) if isinstance(value, dt.date) else value

    def number(self, value: float, *, decimals: int = 0) -> str:
        """1 742 or 1,742, with `decimals` digits after the decimal mark."""
        text = f"{abs(value):,.{decimals}f}"
        if self.code == "sv":
            text = text.replace(",", NBSP).replace(".", ",")
        return (MINUS if value < 0 and text.strip("0,.") else "") + text

    def in_words(self, number: int) -> str:
        """A whole number in a sentence: in words up to thirteen, else in digits."""
        return self(NUMBERS[number - 1]) if 1 <= number <= len(NUMBERS) else self.number(number)

    def ordinal(self, number: int) -> str:
        """45:e or 45th."""
        last = 0 if number // 10 % 10 == 1 else number % 10
        if self.code == "sv":
            return f"{self.number(number)}:{'a' if last in {1, 2} else 'e'}"
        return self.number(number) + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")

    def percent(self, share: float | None, *, limits: tuple[float, ...] = (), decimals: int = 1) -> str:
        """A share as per cent, or a dash if None. Never rounded up to one of `limits`, or to 100."""
        if share is None:
            return "\N{EN DASH}"
        rounded = rounded_below(share, limits=(*limits, 1.0), decimals=decimals)
        exact = share == 1.0 or share == 0.0
        text = self.number(rounded * 100, decimals=0 if exact else decimals)
        return f"{text}{NBSP}%" if self.code == "sv" else f"{text}%"

    def change(self, difference: float | None) -> str:
        """A difference of shares in percentage points with its sign: +5,6 or −2,3. Zero is ±0,0, None is empty."""
        return "" if difference is None else self.signed(tenths(difference))

    def signed(self, tenths: int) -> str:
        """Tenths of a percentage point with their sign."""
        text = self.number(abs(tenths) / 10, decimals=1)
        return ("+" if tenths > 0 else MINUS if tenths else "±") + text

    def date(self, day: dt.date | None, *, form: str = "d MMMM y") -> str:
        """31 oktober 2026. `form` is a CLDR date pattern; a shortened month has no full stop."""
        return "" if day is None else _written_out(day, form, self.code)

    def month(self, day: dt.date) -> str:
        """The label of a month on a time axis: okt, or January with its year on a second line."""
        name = self.short_month(day)
        return f"{name}\n{day.year}" if day.month == 1 else name

    def short_month(self, day: dt.date) -> str:
        """The abbreviated month of a day: okt."""
        return self.date(day, form="MMM")

    def moment(self, moment: dt.datetime) -> str:
        """2 november 2026 kl. 13.10, local time."""
        joint = " kl. " if self.code == "sv" else ", "
        return self.date(moment.date()) + joint + self.clock(moment)

    def clock(self, moment: dt.datetime) -> str:
        """The time of day: 13.10 in Swedish, 13:10 in English."""
        return moment.strftime("%H.%M" if self.code == "sv" else "%H:%M")

    def age(self, days: int) -> str:
        """How long ago: today, yesterday, 12 days."""
        if days < 2:
            return [self(N_("the same day")), self(N_("the day before"))][max(days, 0)]
        return self.plural("{n} day", "{n} days", days).replace(" ", NBSP)


# a page repeats its days, and Babel takes longer for one than a sentence of the catalogue
@lru_cache(maxsize=4096)
def _written_out(day: dt.date, form: str, code: str) -> str:
    from babel.dates import format_date

    return format_date(day, form, locale=code).replace(".", "").replace(" ", NBSP)


def number_in(param: str | None, *, most: int) -> int:
    """The number in a query parameter, clamped to 1–`most`; 1 if it has none."""
    # Python refuses to parse very many digits, and the first ones already exceed `most`.
    number = int(param[:MOST_DIGITS]) if param and param.isdecimal() else 1
    return min(max(number, 1), most)


def folded(name: str | None) -> str:
    """A name in the case that `lower` in SQL gives it; "" for none.

    Python's `casefold` makes one name of two that SQL keeps apart (Hansastrasse, Hansastraße), so that of two parts of
    an organisation only one would be known by it. Its `lower` makes İ two characters, and looks at what follows a Σ.
    """
    return (name or "").replace("İ", "i").replace("Σ", "σ").lower()


def swedish_order(name: str) -> str:
    """A sort key that puts å, ä and ö last, in that order."""
    return name.casefold().translate({ord(letter): chr(0x10FFFD + n) for n, letter in enumerate("åäö")})


def tenths(difference: float) -> int:
    """A difference of shares in tenths of a percentage point, rounded once from the unrounded difference.

    Every change in words uses it. The shares next to it are rounded separately and may seem a tenth off.
    """
    # Rounded twice, as a number with one decimal is printed: frozen reviews must read as they did.
    size = round(round(abs(difference) * 100, 1) * 10)
    return size if difference > 0 else -size


def rounded_below(share: float, *, limits: tuple[float, ...], decimals: int) -> float:
    """`share` rounded to `decimals` of a per cent; down if rounding would reach a limit that it has not reached."""
    step = float(10 ** (decimals + 2))
    rounded = float(round(share * step) / step)
    crosses = any(share < limit <= rounded for limit in limits)
    return int(share * step) / step if crosses else rounded


def month_ends(last: dt.date, *, count: int) -> list[dt.date]:
    """`count` days, oldest first: the last day of each month before `last`'s, then `last` itself."""
    days = [last]
    first = last.replace(day=1)
    for _ in range(count - 1):
        days.append(first - dt.timedelta(days=1))
        first = days[-1].replace(day=1)
    return days[::-1]


def month_end(day: dt.date) -> dt.date:
    """The last day of a day's month."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)

"""Breaks each clause of a statement once, and tells which breaks no worked example notices.

    made = mutants("points/continuity", sql)
    Bench(cursor, fill, check).try_all(cases, made)
    alive = [mutant for mutant in made if mutant.fate == "alive"]

A mutant is one small change of a statement: a branch or a condition dropped, a comparison moved by one, `and` for `or`,
another word. It is killed where an example no longer holds; one that the database refuses to read is no mutant.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Final

from compliance.checking.examples import Case, Mistake
from compliance.core.errors import Refusal
from compliance.store.database import UNREADABLE, Cursor, Failure

# The part of a mutant's name by which no data can tell it from the original, and why.
EQUAL: Final = {
    "drop due_of": "some months after a day of the past are no open end",
    "row_number → rank": "no two rows have the same place in the same import",
}
TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\d+(?:\.\d+)?|[A-Za-z_$][\w.$]*|:=|<=|>=|<>|\|\||//|\s+|.")
STOPS: Final = frozenset(
    {"select", "from", "inner", "left", "cross", "join", "on", "using", "where", "group", "having", "qualify", "order"}
    | {"union", "by", "as", "set", "with", "when", "then", "else", "and", "or", ","}
)


@dataclass
class Mutant:
    """A changed statement; `name` says the change and where it stands."""

    place: str
    name: str
    text: str
    fate: str = "alive"


@dataclass
class Statement:
    """A statement as tokens; brackets and `case … end` stand on the level that they are in."""

    text: str
    tokens: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        level = 0
        for token in TOKEN.findall(self.text):
            level -= token in (")", "end", "]")
            self.tokens.append(token)
            self.levels.append(level)
            level += token in ("(", "case", "[")

    def without(self, start: int, stop: int) -> str:
        """The statement without the tokens from `start` up to `stop`."""
        return self.put(start, stop, " ")

    def put(self, start: int, stop: int, text: str) -> str:
        """The statement with `text` in the place of the tokens from `start` up to `stop`."""
        return "".join([*self.tokens[:start], text, *self.tokens[stop:]])

    def part(self, start: int, stop: int) -> str:
        """The tokens from `start` up to `stop`, their white space folded."""
        return " ".join("".join(self.tokens[start:stop]).split())

    def near(self, at: int) -> str:
        """What stands around a token, to tell it from others."""
        return f"…{self.part(max(0, at - 11), at)}⟨{self.tokens[at]}⟩{self.part(at + 1, at + 10)}…"

    def end(self, at: int, stops: frozenset[str] = STOPS) -> int:
        """Where the expression that begins at `at` ends."""
        level, i = self.levels[at], at
        while i < len(self.tokens) and self.levels[i] >= level:
            if self.levels[i] == level and (self.tokens[i] in stops or self.tokens[i] in (")", "end")):
                closes = self.tokens[i] in (")", "end") and self._opened(at, i)
                if not closes:
                    break
            i += 1
        return i

    def _opened(self, start: int, close: int) -> bool:
        opener = "(" if self.tokens[close] == ")" else "case"
        return any(self.tokens[j] == opener and self.levels[j] == self.levels[close] for j in range(start, close))

    def start(self, at: int) -> int:
        """Where the expression that ends before `at` begins."""
        level, i = self.levels[at], at - 1
        while i >= 0 and self.levels[i] >= level and not (self.levels[i] == level and self.tokens[i] in STOPS):
            i -= 1
        return i + 1

    def word(self, at: int, step: int = 1) -> int:
        """The next token that is no white space."""
        i = at + step
        while 0 <= i < len(self.tokens) and self.tokens[i].isspace():
            i += step
        return min(i, len(self.tokens) - 1)

    def close(self, at: int) -> int:
        """The token that closes what `at` opens."""
        closer = {"(": ")", "case": "end"}[self.tokens[at]]
        return next(
            i for i in range(at + 1, len(self.tokens)) if self.tokens[i] == closer and self.levels[i] == self.levels[at]
        )


Change = tuple[str, int, str]  # what, at which token, the whole text that comes of it
Changer = Callable[[Statement, int], Iterator[Change]]

SWAPS: Final = {
    "<=": "<",
    "<": "<=",
    ">=": ">",
    ">": ">=",
    "=": "<>",
    "<>": "=",
    "+": "-",
    "-": "+",
    "//": "*",
    "/": "*",
    "true": "false",
    "false": "true",
    "bool_and": "bool_or",
    "bool_or": "bool_and",
    "min": "max",
    "max": "min",
    "max_by": "min_by",
    "least": "greatest",
    "greatest": "least",
    "first": "last",
    "rank": "row_number",
    "row_number": "rank",
    "left": "inner",
    "inner": "left",
    "mode": "min",
    "sum": "max",
    "starts_with": "contains",
}
DROPPED_FUNCTIONS: Final = frozenset({"lower", "coalesce", "nullif", "due_of", "instant", "local_day"})


def swapped(s: Statement, i: int) -> Iterator[Change]:
    """An operator, a function or a join for its neighbour."""
    word = s.tokens[i]
    if word in SWAPS and not (word == "left" and s.tokens[s.word(i)] != "join"):
        yield f"{word} → {SWAPS[word]}", i, s.put(i, i + 1, SWAPS[word])


def constants(s: Statement, i: int) -> Iterator[Change]:
    """A number one up and one down; a word or a date for another."""
    word = s.tokens[i]
    if word.isdigit() and not _cuts(s, i):
        yield f"{word} + 1", i, s.put(i, i + 1, str(int(word) + 1))
        yield f"{word} - 1", i, s.put(i, i + 1, f"({int(word) - 1})")
    if word.startswith("'"):
        other = {"'9999-12-31'": "'9999-12-30'", "'year'": "'month'", "'day'": "'month'", "'Europe/Stockholm'": "'UTC'"}
        yield f"{word} → another", i, s.put(i, i + 1, other.get(word, "'§'"))


def _cuts(s: Statement, i: int) -> bool:
    """Whether a number says how much is left of a text of many rows, which is no rule."""
    opening = next((j for j in range(i, 0, -1) if s.tokens[j] == "(" and s.levels[j] < s.levels[i]), 0)
    return s.tokens[opening - 1] == "left" and s.tokens[s.word(opening)] == "string_agg"


def _of_between(s: Statement, i: int) -> bool:
    j = i - 1
    while j >= 0 and s.levels[j] >= s.levels[i]:
        if s.levels[j] == s.levels[i] and s.tokens[j] in ("and", "or", "where", "when", "on"):
            return False
        if s.levels[j] == s.levels[i] and s.tokens[j] == "between":
            return True
        j -= 1
    return False


def conditions(s: Statement, i: int) -> Iterator[Change]:
    """`and` for `or`, and each side of them dropped."""
    word = s.tokens[i]
    if word in ("and", "or") and not _of_between(s, i):
        other = "or" if word == "and" else "and"
        left, right = s.start(i), s.end(s.word(i))
        yield f"{word} → {other}", i, s.put(i, i + 1, other)
        yield f"drop {s.part(left, i)} {word}", i, s.without(left, i + 1)
        yield f"drop {word} {s.part(i + 1, right)}", i, s.without(i, right)


def betweens(s: Statement, i: int) -> Iterator[Change]:
    """A range without one of its ends."""
    if s.tokens[i] == "between":
        middle = next(j for j in range(i, len(s.tokens)) if s.tokens[j] == "and" and s.levels[j] == s.levels[i])
        right = s.end(s.word(middle))
        low, high = s.part(i + 1, middle), s.part(middle + 1, right)
        yield "without an upper end", i, s.put(i, right, f">= {low} ")
        yield "without a lower end", i, s.put(i, right, f"<= {high} ")
        yield "the lower end excluded", i, s.put(i, right, f"between {low} + interval 1 day and {high} ")
        yield "the upper end excluded", i, s.put(i, right, f"between {low} and {high} - interval 1 day ")


def negations(s: Statement, i: int) -> Iterator[Change]:
    """`not` dropped, or put in."""
    if s.tokens[i] == "not":
        yield "drop not", i, s.without(i, i + 1)
    if s.tokens[i] == "is" and s.tokens[s.word(i)] != "not":
        yield "is → is not", i, s.put(i, i + 1, "is not")


def branches(s: Statement, i: int) -> Iterator[Change]:
    """Each `when` of a `case` dropped, and its `else`."""
    if s.tokens[i] != "case":
        return
    close, inside = s.close(i), s.levels[i] + 1
    marks = [j for j in range(i, close) if s.levels[j] == inside and s.tokens[j] in ("when", "else")] + [close]
    whens = [j for j in marks if s.tokens[j] == "when"]
    for start, stop in pairwise(marks):
        if s.tokens[start] == "else" or len(whens) > 1:
            yield f"drop {s.part(start, stop)}", start, s.without(start, stop)
        else:
            rest = s.part(stop + 1, close) if s.tokens[stop] == "else" else "null"
            then = next(j for j in range(start, stop) if s.tokens[j] == "then" and s.levels[j] == inside)
            yield f"drop {s.part(start, stop)}", start, s.put(i, close + 1, f"({rest})")
            yield f"always {s.part(then + 1, stop)}", start, s.put(i, close + 1, f"({s.part(then + 1, stop)})")


def functions(s: Statement, i: int) -> Iterator[Change]:
    """A function dropped: its first argument stands alone; of coalesce the second too."""
    if s.tokens[i] in DROPPED_FUNCTIONS and s.tokens[i + 1] == "(":
        close = s.close(i + 1)
        comma = [j for j in range(i, close) if s.tokens[j] == "," and s.levels[j] == s.levels[i] + 1]
        first = s.part(i + 2, comma[0] if comma else close)
        yield f"drop {s.tokens[i]}", i, s.put(i, close + 1, f"({first})")
        if s.tokens[i] == "coalesce" and comma:
            yield "only the second", i, s.put(i, close + 1, f"({s.part(comma[0] + 1, close)})")


def clauses(s: Statement, i: int) -> Iterator[Change]:
    """A whole `where`, `qualify`, `having`, `filter`, `distinct` or `collate` dropped."""
    word = s.tokens[i]
    if word in ("where", "qualify", "having"):
        stops = frozenset({"where", "qualify", "having", "group", "order", "union", ",", "select"})
        stop = s.end(s.word(i), stops)
        filtered = s.tokens[s.word(i, -1)] == "(" and s.tokens[s.word(s.word(i, -1), -1)] == "filter"
        if not filtered:
            yield f"drop {s.part(i, stop)}", i, s.without(i, stop)
    if word == "filter":
        yield "drop filter", i, s.without(i, s.close(s.word(i)) + 1)
    if word in ("distinct", "desc") and s.tokens[s.word(i)] != "from":
        yield f"drop {word}", i, s.without(i, i + 1)
    if word == "collate":
        yield "drop collate", i, s.without(i, s.word(i) + 1)
    if word == "union":
        stop = s.end(s.word(s.word(i)), frozenset({"union"}))
        yield "drop union", i, s.without(i, stop)


def keys(s: Statement, i: int) -> Iterator[Change]:
    """Each key of an order, a partition, a group or a join dropped, and each direction turned."""
    word = s.tokens[i]
    if word == "using" and s.tokens[s.word(i)] == "(":
        opening = s.word(i)
        yield from _dropped_keys(s, opening + 1, s.close(opening), kind="using")
    if word == "by":
        kind = s.tokens[s.word(i, -1)]
        start = s.word(i)
        if s.tokens[start] in ("all", "grouping"):
            return
        stop = s.end(start, STOPS - {","})
        yield from _dropped_keys(s, start, stop, kind=f"{kind} by")
        if kind == "order":
            yield from _turned_keys(s, start, stop)


def _spans(s: Statement, start: int, stop: int) -> list[tuple[int, int]]:
    level = s.levels[start]
    commas = [j for j in range(start, stop) if s.tokens[j] == "," and s.levels[j] == level]
    return list(zip([start, *[j + 1 for j in commas]], [*commas, stop], strict=True))


def _dropped_keys(s: Statement, start: int, stop: int, *, kind: str) -> Iterator[Change]:
    spans = _spans(s, start, stop)
    for n, (a, b) in enumerate(spans):
        if len(spans) > 1:
            left, right = (a, spans[n + 1][0]) if n + 1 < len(spans) else (spans[n - 1][1], b)
            yield f"{kind} without {s.part(a, b)}", a, s.without(left, right)


def _turned_keys(s: Statement, start: int, stop: int) -> Iterator[Change]:
    for a, b in _spans(s, start, stop):
        if "desc" not in s.tokens[a:b]:
            yield f"{s.part(a, b)} desc", a, s.put(a, b, f" {s.part(a, b)} desc ")


CHANGERS: Final[tuple[Changer, ...]] = (
    swapped,
    constants,
    conditions,
    betweens,
    negations,
    branches,
    functions,
    clauses,
    keys,
)


def mutants(place: str, text: str, *, first: int = 0) -> list[Mutant]:
    """Every mutant of a statement; tokens before `first` are left alone."""
    statement = Statement(text)
    made = [
        Mutant(place, f"{what}   {statement.near(at)}", changed)
        for i in range(first, len(statement.tokens))
        for changer in CHANGERS
        for what, at, changed in changer(statement, i)
    ]
    return list({mutant.text: mutant for mutant in reversed(made) if mutant.text != text}.values())[::-1]


# --- Trying -------------------------------------------------------------------------------------------------------

Fill = Callable[[Cursor, Case], None]
Check = Callable[[Cursor, Case, str], Sequence[Mistake]]


class Bench:
    """A database in which cases are stored and mutants tried, and nothing stays.

    `fill` stores what a case gives, and `check` tells what does not hold of it for a statement.
    """

    def __init__(self, cursor: Cursor, fill: Fill, check: Check) -> None:
        self.cursor, self.fill, self.check = cursor, fill, check

    def load(self, case: Case) -> None:
        """Store what a case gives, in a new transaction."""
        self.cursor.execute("begin transaction")
        self.fill(self.cursor, case)

    def forget(self) -> None:
        """Undo everything since `load`."""
        self.cursor.execute("rollback")

    def judge(self, case: Case, mutant: Mutant, trial: Callable[[], Sequence[Mistake]]) -> None:
        """Tell the fate of a mutant by one case."""
        try:
            mutant.fate = "killed" if trial() else "alive"
        except UNREADABLE:
            mutant.fate = "unreadable"
        # The engine cuts its own sentence in the middle of a letter.
        except (Failure, Refusal, UnicodeDecodeError):
            mutant.fate = "killed"
        if mutant.fate != "alive":  # An error leaves the transaction unusable.
            self.forget()
            self.load(case)

    def try_all(self, cases: Sequence[Case], tried: Sequence[Mutant]) -> None:
        """Try the mutants of a statement with each of its cases, until one notices."""
        for case in cases:
            self.load(case)
            for mutant in [mutant for mutant in tried if mutant.fate == "alive"]:
                self.judge(case, mutant, partial(self.check, self.cursor, case, mutant.text))
            self.forget()

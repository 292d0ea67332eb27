"""Breaks each clause of each statement once and tells which breaks no worked example notices.

    python -m tools.mutate                      every point, the macros, and what `app` has examples for
    python -m tools.mutate points/access macros figures/object_leaders

A mutant is one small change of a statement: a branch or a condition dropped, a comparison moved by one, `and` for `or`,
another word. It is killed where an example no longer holds. One that changes no answer whatever the data
stands in EQUIVALENT with its reason; one that the database refuses to read is no mutant.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import pairwise

import duckdb

from compliance.core.places import QUERIES
from compliance.counting import assessing
from compliance.declarations.queries import text_of, without_comments
from compliance.store.database import Cursor
from compliance.store.file import connect
from tests.examples.harness import EXAMPLES, Case, Mistake, cases, check, fill, statement_of

# (place, part of the mutant's name): why no data can tell it from the original. A place may have a `*`.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("app/coverage", "max → min   …select as_of"): "a department has one spelling",
    ("app/coverage", "order by without point"): "the figures are asked for point by point",
    ("app/coverage", "point desc"): "the figures are asked for point by point",
    ("app/coverage", "order by without level"): "the figures of one level are shown",
    ("app/coverage", "level desc"): "the figures of one level are shown",
    (
        "app/pace_days",
        "inner → left   …known_at := $known_at) as i",
    ): "an organisation has a name before it has an import",
    ("app/pace_days", "inner → left   …as o using (organisation_id)"): "a source that no point needs is of no point",
    ("app/pace_days", "inner → left   …on lower(o.organisation) = l.organisation_key"): "what is null is not near",
    ("points/*", "drop due_of"): "some months after a day of the past are no open end",
    ("points/classification", "drop coalesce   …least("): "least does not see what is null",
    ("points/classification", "'9999-12-31' → another"): "12 months after a day of the past come first",
    ("points/dpia", "drop coalesce   …as processing_key"): "where the count is null, only `required` decides",
    ("points/dpia", "0 - 1"): "none is fewer than any least number",
    (
        "points/dpia",
        "bool_or → bool_and   …>= $least",
    ): "a row that is not Nej requires or says nothing, and what requires wins",
    ("points/dpia", "drop and coalesce(criteria, 0) < "): "enough criteria require, and what requires wins",
    ("points/dpia", "only the second   …required, bool_or(not"): "enough criteria require, and what requires wins",
    ("points/dpia", "< → <=   …and coalesce(criteria"): "enough criteria require, and what requires wins",
    ("points/dpia", "drop and next_review < $as_of"): "asked only where no approved one is without an overdue review",
    ("points/dpia", "< → <=   …decided <= $as_of and next_review"): "a review of the day itself is approved already",
    ("points/nis_reporting", "…null and exists ( select⟨1⟩"): "what exists is not read",
    ("points/procurement", "starts_with → contains"): "no other judgement has the word in it",
    ("macros/deadline_day", "24 - 1   …"): "6, 24 and 72 hours are as many whole days of 23 hours",
    ("macros/sent_in_time", "24 - 1   …as date) <= "): "6, 24 and 72 hours are as many whole days of 23 hours",
    (
        "macros/sent_in_time",
        "24 + 1   …as date) >= ",
    ): "6, 24 and 72 hours are as many whole days of 25 hours and one more",
    ("macros/still_time", "24 - 1   …"): "6, 24 and 72 hours are as many whole days of 23 hours",
    ("macros/incident_reports_at", "drop when stage <> 'final_report' then null"): "the point asks it of final reports",
    ("macros/staffed_units_at", "mode → min"): "only whether the unit is silent is read",
    (
        "macros/staffed_units_at",
        "'unit' → another   …) as unit_key, mode(renamed(",
    ): "only whether the unit is silent is read",
    (
        "macros/staffed_units_at",
        "drop distinct   …known_at)) as unit, count(",
    ): "only whether the unit is silent is read",
    ("macros/imports_with_purged_at", "inner → left"): "an organisation has a name before it has an import",
    ("macros/imports_with_purged_at", "⟨0⟩"): "import numbers begin at 1",
    ("macros/courses_said_at", "inner → left"): "what is said of an organisation without a name joins nothing",
    ("macros/chosen_imports", "drop where source"): "every source has a table of its own, and an import one source",
    ("macros/*_at", "inner → left   …t.* from"): "a row without an organisation joins nothing",
    ("macros/*_at", "row_number → rank"): "no two rows have the same place in the same import",
    ("macros/units_at", "⟨1⟩as preference"): "still before 2",
    ("macros/units_at", "⟨2⟩from systems_at"): "still after 1",
    ("macros/units_at", "drop unit is not null and"): "what is null joins nothing",
    ("macros/units_at", "drop where unit is not null"): "what is null joins nothing",
    ("macros/units_at", "drop where department is not null"): "what is null joins nothing",
    ("macros/units_at", "inner → left"): "a unit that is placed has a spelling, and so has its department",
    ("macros/course_items", "drop and passed is not true"): "a pass that counts is judged before what was started",
    ("macros/course_items", "drop and completed_later"): "who has failed is judged before who has started",
    ("macros/systems_in_use_at", "(object_leader order by"): "only whether there is one is read",
    ("macros/systems_in_use_at", "first(object_leader"): "only whether there is one is read",
    ("macros/systems_in_use_at", "…object_leader order by"): "only whether there is one is read",
    ("macros/systems_in_use_at", "first(file order by"): "an import has one file",
    ("macros/systems_in_use_at", "…file order by"): "an import has one file",
    ("macros/systems_in_use_at", "…sheet order by import_id, sheet_number,"): "a sheet has one name",
}

TOKEN = re.compile(r"'(?:[^']|'')*'|\d+(?:\.\d+)?|[A-Za-z_$][\w.$]*|:=|<=|>=|<>|\|\||//|\s+|.")
STOPS = frozenset(
    {"select", "from", "inner", "left", "cross", "join", "on", "using", "where", "group", "having", "qualify", "order"}
    | {"union", "by", "as", "set", "with", "when", "then", "else", "and", "or", ","}
)
UNREADABLE = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.NotImplementedException)


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

SWAPS = {
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
DROPPED_FUNCTIONS = frozenset({"lower", "coalesce", "nullif", "due_of", "instant", "local_day"})


def swapped(s: Statement, i: int) -> Iterator[Change]:
    """An operator, a function or a join for its neighbour."""
    token = s.tokens[i]
    if token in SWAPS and not (token == "left" and s.tokens[s.word(i)] != "join"):
        yield f"{token} → {SWAPS[token]}", i, s.put(i, i + 1, SWAPS[token])


def constants(s: Statement, i: int) -> Iterator[Change]:
    """A number one up and one down; a word or a date for another."""
    token = s.tokens[i]
    if token.isdigit():
        yield f"{token} + 1", i, s.put(i, i + 1, str(int(token) + 1))
        yield f"{token} - 1", i, s.put(i, i + 1, f"({int(token) - 1})")
    if token.startswith("'"):
        other = {"'9999-12-31'": "'9999-12-30'", "'year'": "'month'", "'day'": "'month'", "'Europe/Stockholm'": "'UTC'"}
        yield f"{token} → another", i, s.put(i, i + 1, other.get(token, "'§'"))


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
    token = s.tokens[i]
    if token in ("and", "or") and not _of_between(s, i):
        other = "or" if token == "and" else "and"
        left, right = s.start(i), s.end(s.word(i))
        yield f"{token} → {other}", i, s.put(i, i + 1, other)
        yield f"drop {s.part(left, i)} {token}", i, s.without(left, i + 1)
        yield f"drop {token} {s.part(i + 1, right)}", i, s.without(i, right)


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
    token = s.tokens[i]
    if token in ("where", "qualify", "having"):
        stops = frozenset({"where", "qualify", "having", "group", "order", "union", ",", "select"})
        stop = s.end(s.word(i), stops)
        filtered = s.tokens[s.word(i, -1)] == "(" and s.tokens[s.word(s.word(i, -1), -1)] == "filter"
        if not filtered:
            yield f"drop {s.part(i, stop)}", i, s.without(i, stop)
    if token == "filter":
        yield "drop filter", i, s.without(i, s.close(s.word(i)) + 1)
    if token in ("distinct", "desc") and s.tokens[s.word(i)] != "from":
        yield f"drop {token}", i, s.without(i, i + 1)
    if token == "collate":
        yield "drop collate", i, s.without(i, s.word(i) + 1)
    if token == "union":
        stop = s.end(s.word(s.word(i)), frozenset({"union"}))
        yield "drop union", i, s.without(i, stop)


def keys(s: Statement, i: int) -> Iterator[Change]:
    """Each key of an order, a partition, a group or a join dropped, and each direction turned."""
    token = s.tokens[i]
    if token == "using" and s.tokens[s.word(i)] == "(":
        opening = s.word(i)
        yield from _dropped_keys(s, opening + 1, s.close(opening), kind="using")
    if token == "by":
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


CHANGERS: tuple[Changer, ...] = (
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


# --- running -----------------------------------------------------------------------------------


def _macros() -> dict[str, str]:
    """The macros by name, each with the statement that makes it."""
    text = without_comments(text_of("macros.sql"))
    made = [part.strip() for part in re.split(r"(?=create or replace macro)", text) if part.strip()]
    return {re.match(r"create or replace macro (\w+)", part)[1]: part for part in made}  # type: ignore[index]


def _used(sql: str, macros: dict[str, str]) -> set[str]:
    """The macros that a statement rests on, through others too."""
    found: set[str] = set()
    waiting = [sql]
    while waiting:
        words = set(re.findall(r"\b(\w+)\(", waiting.pop()))
        new = (words & macros.keys()) - found
        found |= new
        waiting += [re.split(r"\sas\s", macros[name], maxsplit=1)[1] for name in new]
    return found


def _asked(case: Case) -> str:
    """All the text that a case rests on."""
    sql = statement_of(case)
    if case.folder == "app" and case.id == "coverage":
        point = (QUERIES / "points" / f"{case.point}.sql").read_text("utf-8")
        return "\n".join([sql, point, *map(assessing.statement, ("units", "basis", "organisations"))])
    return sql


class Bench:
    """One database in memory in which cases are loaded and mutants tried, and nothing stays."""

    def __init__(self) -> None:
        self.cursor: Cursor = connect(":memory:")
        self.cursor.execute("set threads = 1")

    def load(self, case: Case) -> None:
        """The case's exports in a new transaction."""
        self.cursor.execute("begin transaction")
        fill(self.cursor, case)

    def forget(self) -> None:
        """Everything since `load` undone."""
        self.cursor.execute("rollback")

    def judge(self, case: Case, mutant: Mutant, trial: Callable[[], list[str]]) -> None:
        """The mutant's fate by one case."""
        try:
            mutant.fate = "killed" if trial() else "alive"
        except UNREADABLE:
            mutant.fate = "unreadable"
        # the engine cuts its own sentence in the middle of a letter
        except (duckdb.Error, Mistake, UnicodeDecodeError):
            mutant.fate = "killed"
        if mutant.fate != "alive":
            # an error leaves the transaction unusable
            self.forget()
            self.load(case)

    def statement(self, examples: list[Case], tried: list[Mutant]) -> None:
        """Mutants of a statement against its examples."""
        for case in examples:
            self.load(case)
            for mutant in [m for m in tried if m.fate == "alive"]:
                self.judge(case, mutant, lambda case=case, m=mutant: _trial(self.cursor, case, m))
            self.forget()

    def macro(self, examples: list[Case], tried: list[Mutant], original: str) -> None:
        """Mutants of a macro against every example that rests on it."""
        for case in examples:
            if not (living := [m for m in tried if m.fate == "alive"]):
                return
            self.load(case)
            for mutant in living:
                self.judge(case, mutant, lambda case=case, m=mutant: self._with(m.text, original, case))
            self.forget()

    def _with(self, changed: str, original: str, case: Case) -> list[str]:
        self.cursor.execute(changed)
        wrong = check(self.cursor, case)
        self.cursor.execute(original)
        return wrong


def _trial(cursor: Cursor, case: Case, mutant: Mutant) -> list[str]:
    if case.folder != "app":
        return check(cursor, case, mutant.text)
    if case.id == "items":
        return check(cursor, case, statement_of(case).removesuffix(assessing.statement("items")) + mutant.text)
    if case.id != "coverage":
        return check(cursor, case, mutant.text)
    original = assessing.statement
    assessing.statement = lambda name: mutant.text if name == "coverage" else original(name)  # type: ignore[assignment]
    try:
        return check(cursor, case)
    finally:
        assessing.statement = original


def _examples(wanted: list[str]) -> dict[str, list[Case]]:
    paths = sorted(EXAMPLES.glob("*/*.toml"))
    found = {f"{path.parent.name}/{path.stem}": cases(path) for path in paths}
    unknown = [name for name in wanted if name not in found and name != "macros"]
    if unknown:
        sys.exit(f"There is no example {unknown[0]}. Choose macros or one of: {', '.join(found)}")
    return found


def run(wanted: list[str]) -> list[Mutant]:
    """Every mutant of what is wanted with its fate; of the points, `app` and the macros where nothing is."""
    found, bench, macros = _examples(wanted), Bench(), _macros()
    chosen = wanted or [name for name in found if name.startswith(("points/", "app/"))] + ["macros"]
    tried: list[Mutant] = []
    for name in chosen:
        if name == "macros":
            tried += _macro_mutants(bench, found, macros)
        else:
            made = mutants(name, without_comments(text_of(f"{name}.sql")))
            bench.statement(found[name], made)
            tried += made
    return tried


def _macro_mutants(bench: Bench, found: dict[str, list[Case]], macros: dict[str, str]) -> list[Mutant]:
    """Mutants of every macro that an example rests on; those with few macros are asked first, as they are fast."""
    rests = [(case, _used(_asked(case), macros)) for listed in found.values() for case in listed]
    rests.sort(key=lambda pair: (len(pair[1]), sum(len(t.lines) for t in pair[0].given.values())))
    tried: list[Mutant] = []
    for name, text in macros.items():
        examples = [case for case, used in rests if name in used]
        body = len(Statement(text[: text.index(")") + 1]).tokens)
        made = mutants(f"macros/{name}", text, first=body) if examples else []
        bench.macro(examples, made, text)
        tried += made
    return tried


def reason(mutant: Mutant) -> str | None:
    """Why the mutant is equivalent, or None."""
    return next((why for key, why in EQUIVALENT.items() if _is_of(mutant, key)), None)


def _is_of(mutant: Mutant, key: tuple[str, str]) -> bool:
    place, part = key
    return fnmatch(mutant.place, place) and part in mutant.name


def main() -> None:
    """Prints the survivors and the numbers; ends with an error where there is a survivor."""
    tried = run(sys.argv[1:])
    alive = [mutant for mutant in tried if mutant.fate == "alive"]
    survivors = [mutant for mutant in alive if not reason(mutant)]
    for mutant in survivors:
        print(f"SURVIVES {mutant.place}: {mutant.name}")
    for key in EQUIVALENT:
        if any(_is_of(m, key) for m in tried) and not any(_is_of(m, key) for m in alive):
            print(f"NO LONGER EQUIVALENT {key}")
    killed = sum(mutant.fate == "killed" for mutant in tried)
    unreadable = sum(mutant.fate == "unreadable" for mutant in tried)
    print(
        f"{len(tried) - unreadable} mutants: {killed} killed, {len(alive) - len(survivors)} equivalent, "
        f"{len(survivors)} survive ({unreadable} more are no SQL)"
    )
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()

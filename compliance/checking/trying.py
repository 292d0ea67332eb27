"""Runs the statement of a pack over its worked examples, apart from every store, with limits of time, memory and rows.

The caller has seen that the statement is on the closed list.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, Final

import pyarrow as pa

from compliance.checking.breaking import EQUAL, Bench, Mutant, mutants
from compliance.checking.declaring import files_of_sources
from compliance.checking.examples import (
    ORGANISATION,
    Answer,
    Case,
    Mistake,
    Table,
    Values,
    answer_of,
    differences,
    exports,
    fill,
    import_of,
    orders,
    parameters_asked,
    read_cases,
    with_file,
)
from compliance.checking.faults import Fault, line_of, line_with
from compliance.core.errors import Refusal
from compliance.core.hints import nearest_first
from compliance.core.language import N_
from compliance.counting.apart import Wanted, answering, not_items, on_days
from compliance.counting.words import words_of
from compliance.declarations.packs import EXAMPLE, POINT, STATEMENT, Pack
from compliance.declarations.queries import parsed, statement, with_columns
from compliance.declarations.sources import (
    PLAIN,
    Field,
    Source,
    is_kept,
    kept_texts,
    person_of,
    product_sources,
    table_columns,
)
from compliance.store import apart
from compliance.store.database import EVERYTHING_KNOWN, UNREADABLE, Cursor, Failure
from compliance.store.engine import watched

# How long one statement may run, one of a clause that is broken, all examples, and all clauses.
SECONDS, SECONDS_OF_CLAUSE = 10.0, 2.0
# How much of a processor all examples may take, and all clauses.
SECONDS_OF_ALL, SECONDS_OF_CLAUSES = 20.0, 240.0
MOST_CASES, MOST_ROWS = 100, 5_000
# How many faults of a case are told.
MOST_TOLD: Final = 20
TRAP: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
# What a year package has in the place of a text that no rule compares, and what must be the same all the same.
MARK: Final = "x"
JUDGED: Final = ("organisation", "item", "outcome", "reason", "due", "lost")
NOT_RUN: Final = N_("DuckDB cannot run it: {said}")
TOO_LONG: Final = N_("It takes longer than {n} seconds, and was stopped.")
NO_COLUMN: Final = N_("There is no column {said}. The nearest that there are: {known}.")
NO_RELATION: Final = N_(
    "Nothing is called {said} there. There are: {known}. What stands after from or join is called as “as” says."
)
# How DuckDB says that a relation has no such column, that there is none, and that there is no such relation.
MISSING: Final = (
    re.compile(r'Values list "(?P<of>\w+)" does not have a column named "(?P<name>\w+)"'),
    re.compile(r'[Cc]olumn "?(?P<name>\w+)"? (?:not found|does not exist)'),
    re.compile(r'Could not find key "(?P<name>\w+)" in struct'),
)
UNNAMED: Final = re.compile(r'Referenced table "(\w+)" not found')
GIVEN_TYPES: Final = re.compile(r"argument types 'abs\(STRUCT\((.*)\)\)'")
JOINED: Final = re.compile(r"(?:inner → left|left → inner)\b")
# What tells the copies of an organisation from each other.
COPY: Final = " – "
CLAUSE: Final = re.compile(r"\b(?:select|from|join|on|where|group|having|qualify|order|filter)\b")
CHOOSING: Final = frozenset({"where", "having", "qualify", "on"})
CANDIDATES: Final = re.compile(r"Candidate (?:bindings|tables|Entries): (.*)")


def faults(pack: Pack, *, thorough: bool) -> list[Fault]:
    """What is wrong with the columns of a statement and with its examples; `thorough` breaks each clause of it once."""
    with apart.instance(pack.sources).cursor() as cursor:
        trial = _Trial(pack, cursor)
        try:
            found = trial.columns() or trial.examples() or trial.vanishing() or trial.texts()
            return found or (trial.clauses() if thorough else [])
        except Mistake as mistake:
            return [trial.fault(mistake)]
        except _Stop as stop:
            return [stop.fault]
        except (Failure, OverflowError, ValueError) as error:  # of a value that no column can hold
            return [trial.fault(Refusal(NOT_RUN, said=str(error).partition("\n")[0][:200]))]


class _Stop(Exception):
    """A fault that ends a trial."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class _Trial:
    """The statement of a pack on a cursor of an instance apart. Its lines are those of its file."""

    def __init__(self, pack: Pack, cursor: Cursor) -> None:
        self.pack, self.point, self.cursor = pack, pack.point, cursor
        lines = pack.files[STATEMENT].split("\n")
        self.sql = "\n".join("" if line.lstrip().startswith("--") else line for line in lines).rstrip().rstrip(";")
        known = product_sources() | pack.sources
        self.sources = {id_: known[id_] for id_ in (*self.point.needs, *self.point.uses)}
        self.cases: tuple[Case, ...] = ()
        self.case: Case | None = None
        self.told: set[str] = set()

    # --- Columns

    def columns(self) -> list[Fault]:
        """What of the columns and the parameters is not as their header says."""
        expected = parsed("", with_columns("-- columns: columns.txt\n\n")).columns
        try:
            found = self._described(f"describe {self.sql}", as_of=True)
            several, _ = on_days(self.sql, [date.min, date.max])
            self._described(f"describe {several}", as_of=False)
        except _Stop as stop:
            return [stop.fault]
        wanted = {name: type_ for name, (type_, _) in expected.items()}
        if found == wanted and [*found] == [*wanted]:
            return [*self._parameters()]
        message = N_("Its columns are {found}. Expected are: {expected}.")
        said: Values = {"found": _listed(found, wanted), "expected": _listed(wanted, found)}
        if other := next((name for name in wanted if found.get(name, wanted[name]) != wanted[name]), None):
            message = N_("Its columns are {found}. Expected are: {expected}. Write it as cast(… as {type}) as {name}.")
            said |= {"type": wanted[other], "name": other}
        return [Fault(STATEMENT, line_with(self.pack.files[STATEMENT], "-- columns:"), Refusal(message, **said))]

    def _described(self, sql: str, *, as_of: bool) -> dict[str, str]:
        with self._watched(SECONDS):
            found = self.cursor.execute(sql, self._of_today(sql, as_of=as_of)).fetchall()
        return {name: type_.lower() for name, type_, *_ in found}

    def _of_today(self, sql: str, *, as_of: bool) -> Values:
        """What the statement is asked with when nothing is counted: the last values of the point."""
        row = self.point.dated_parameters[-1] if self.point.dated_parameters else {"from": None}
        day = self.point.targets[-1]["from"]
        given = {name: value for name, value in row.items() if name != "from"} | {"known_at": EVERYTHING_KNOWN}
        given |= {"as_of": day} if as_of else {"days": [day]}
        return {name: value for name, value in given.items() if re.search(rf"\${name}\b", sql)}

    def _parameters(self) -> Iterator[Fault]:
        types = self.point.query.types
        for row in self.point.dated_parameters:
            for name, value in ((name, value) for name, value in row.items() if name != "from"):
                ((found,),) = self.cursor.execute(statement("type_of_value"), {"value": value}).fetchall()
                if found != types.get(name):
                    message = N_("The header says that {name} is {said}. In point.toml it is {found}.")
                    line = line_with(self.pack.files[STATEMENT], f"--   {name} (")
                    yield Fault(STATEMENT, line, Refusal(message, name=name, said=types.get(name, "–"), found=found))

    # --- Examples

    def examples(self) -> list[Fault]:
        """What does not hold of the examples."""
        self.cases = read_cases(self.pack.example, file="", folder="points", id_=self.point.id)
        rows = sum(len(t.lines) for case in self.cases for t in (*case.given.values(), case.expected))
        if len(self.cases) > MOST_CASES or rows > MOST_ROWS:
            message = N_("It has {cases} cases and {rows} rows. At most {most} and {most_rows} are tried.")
            values = {"cases": len(self.cases), "rows": rows, "most": MOST_CASES, "most_rows": MOST_ROWS}
            return [Fault(EXAMPLE, 0, Refusal(message, **values))]
        if not any(case.expected.lines for case in self.cases):
            return [Fault(EXAMPLE, 0, Refusal(N_("No case expects an item. Write one for each rule of the point.")))]
        found: list[Fault] = []
        end = time.thread_time() + SECONDS_OF_ALL
        for case in self.cases:
            self.case = case
            found += self._traps(case) or self._held(case)
            if time.thread_time() > end:
                found.append(self.fault(Refusal(TOO_LONG, n=SECONDS_OF_ALL)))
                break
        return found

    def _traps(self, case: Case) -> list[Fault]:
        message = N_("Row {row} of expected ends with “# {said}”. Expected is the name of its trap, such as # no_row.")
        lines = [*enumerate(case.expected.lines, 1)]
        untold = [(number, line.comment) for number, line in lines if not TRAP.fullmatch(line.comment)][:MOST_TOLD]
        return [self.fault(Refusal(message, row=number, said=said)) for number, said in untold]

    def _held(self, case: Case) -> list[Fault]:
        try:
            with self._filled(case):
                answer = self._answer(case, self.sql)
        except _Stop as stop:
            return [stop.fault]
        unlike = differences(case, answer, ordered=orders(self.sql))
        return [self.fault(each) for each in islice(unlike or self._broken(case, answer), MOST_TOLD)]

    def _broken(self, case: Case, answer: Answer) -> Iterator[Refusal]:
        """What no answer may have, whatever the example expects."""
        yield from (why for _, why in not_items(self._items(case), self.point))
        sources = [key.partition("__")[0] for key in exports(case)]
        _, rows = answer
        for row in rows:
            if (source := sources[row["import_id"] - 1]) != self.point.needs[0] and source not in self.told:
                self.told.add(source)
                message = N_(
                    "The row of {item} is of {source}. Name {source} first under needs: an item is a row of that."
                )
                yield Refusal(message, item=row["item"], source=source)

    def _items(self, case: Case) -> pa.Table:
        """What the statement answers where it is counted."""
        rules = self.point.parameters(case.as_of) | case.parameters
        sql, values = answering(Wanted(self.point, rules, {case.as_of: []}), known_at=case.known_at)
        with self._filled(case), self._watched(SECONDS):
            self.cursor.execute(sql, values)
            items: pa.Table = self.cursor.sql("from answer").to_arrow_table()
        return items

    # --- Columns that an export lacks

    def vanishing(self) -> list[Fault]:
        """The columns that choose the items: where an export lacks one, items are gone, and nobody is told."""
        words, asked = words_of(self.point), {*self.point.reads}
        candidates = [
            (source, field)
            for source in self.sources.values()
            for field in source.fields
            if not field.required and (field.name in words or f"{source.id}.{field.name}" in asked)
        ]
        gone: dict[str, Fault] = {}
        end = time.thread_time() + SECONDS_OF_ALL
        for case in self.cases:
            for source, field, item in self._gone(case, candidates):
                gone.setdefault(f"{source.id}.{field.name}", self._of_choice(f"{source.id}.{field.name}", field, item))
            if time.thread_time() > end:
                return [*gone.values(), Fault(EXAMPLE, 0, Refusal(TOO_LONG, n=SECONDS_OF_ALL))]
        return [*gone.values()]

    def _gone(self, case: Case, candidates: list[tuple[Source, Field]]) -> Iterator[tuple[Source, Field, str]]:
        """The columns of a case without which an item of it is gone, each with one.

        The case is tried once, with a copy of its organisations for each column, which lacks it.
        """
        given = {key.partition("__")[0] for key in exports(case)}
        instead = {name: other for other, names in self.point.reads_without.items() for name in names}
        tried = [
            (source, field)
            for source, field in candidates
            if source.id in given and instead.get(f"{source.id}.{field.name}") not in given
        ]
        if not tried:
            return
        copies = copied(case, [None, *tried])
        with self._filled(copies):
            _, rows = self._answer(copies, self.sql)
        left: dict[str, set[tuple[str, str]]] = {}
        for row in rows:
            name, _, number = str(row["organisation"]).rpartition(COPY)
            left.setdefault(number, set()).add((name, str(row["item"])))
        for place, (source, field) in enumerate(tried, 1):
            for _, item in sorted(left.get("0", set()) - left.get(str(place), set()))[:1]:
                yield source, field, item

    def _of_choice(self, column: str, field: Field, item: str) -> Fault:
        message = N_(
            "Where an export has no column for {column}, {item} and others are no items any more, as if there were"
            " none. Let the rows through (or untold('{field}', columns)), and judge them undecided(['{field}'])."
        )
        return Fault(
            STATEMENT, self._line_choosing(field.name), Refusal(message, column=column, item=item, field=field.name)
        )

    def _line_choosing(self, name: str) -> int:
        """The line on which a field stands in a condition, else the first on which it stands."""
        places = [match.start() for match in re.finditer(rf"\b{name}(_code)?\b", self.sql)]
        clauses = {place: (CLAUSE.findall(self.sql[:place].lower()) or [""])[-1] for place in places}
        first = next((place for place in places if clauses[place] in CHOOSING), places[0] if places else -1)
        return self.sql[:first].count("\n") + 1 if places else 0

    # --- Texts that a year package does not hold

    def texts(self) -> list[Fault]:
        """The texts that decide, though a year package holds none of them."""
        kept = kept_texts(product_sources() | self.pack.sources)
        return [
            self._of_text(source, field)
            for source in self.sources.values()
            for field in source.fields
            if field.type not in PLAIN and field.name != person_of(source) and not is_kept(source, field, kept)
            if re.search(rf"\b{field.name}\b", self.sql) and self._decides(source, field)
        ]

    def _decides(self, source: Source, field: Field) -> bool:
        """Whether a case has another answer where all texts of a field are alike."""
        for case in self.cases:
            if not any(key.partition("__")[0] == source.id and field.name in t.names for key, t in case.given.items()):
                continue
            answers = []
            for name in (None, field.name):
                with self._filled(case, marked=(source.id, name)):
                    _, rows = self._answer(case, self.sql)
                answers.append(sorted(repr([row[column] for column in JUDGED]) for row in rows))
            if answers[0] != answers[1]:
                return True
        return False

    def _of_text(self, source: Source, field: Field) -> Fault:
        if source.id in self.pack.sources:
            files = files_of_sources(self.pack)
            file = next(name for name, each in files.items() if each.id == source.id)
            message = N_(
                "The point compares {field}, and a year package holds no other text than such: write compared = true."
            )
            return Fault(file, line_of(self.pack.files[file], "fields", field.name), Refusal(message, field=field.name))
        message = N_(
            "The point compares {field}, of which a year package holds no text. Only whether it is filled may be"
            " asked of it (is null). To compare its text, read it from a source of your own, with compared = true."
        )
        return Fault(
            POINT, line_of(self.pack.files[POINT], "needs"), Refusal(message, field=f"{source.id}.{field.name}")
        )

    # --- Clauses

    def clauses(self) -> list[Fault]:
        """The changes of the statement that no example notices."""
        made = mutants(f"points/{self.point.id}", self.sql)
        bench = Bench(self.cursor, self._fill, lambda _, case, sql: self._noticed(case, sql))
        end = time.thread_time() + SECONDS_OF_CLAUSES
        for case in self.cases:
            bench.try_all([case], made)
            if time.thread_time() > end:
                return [Fault(EXAMPLE, 0, Refusal(TOO_LONG, n=SECONDS_OF_CLAUSES))]
        alive = [each for each in made if each.fate == "alive" and not any(part in each.name for part in EQUAL)]
        message = N_("No example notices this change: {change}. Write a row that does, or leave the clause out.")
        join = N_(
            "No example notices this change: {change}. Write a row that does. If no row can tell them apart, put the"
            " condition into the joined part."
        )
        return [
            Fault(STATEMENT, self._line(each), Refusal(join if JOINED.match(each.name) else message, change=each.name))
            for each in alive
        ]

    def _noticed(self, case: Case, sql: str) -> Sequence[Mistake]:
        with watched(self.cursor, seconds=SECONDS_OF_CLAUSE):
            answer = answer_of(self.cursor, with_file(sql), self._given(case, sql))
        return differences(case, answer, ordered=orders(self.sql))

    def _line(self, mutant: Mutant) -> int:
        same = next(
            n for n, (old, new) in enumerate(zip(self.sql + " ", mutant.text + "  ", strict=False)) if old != new
        )
        return self.sql[:same].count("\n") + 1

    # --- Running

    def _fill(self, cursor: Cursor, case: Case, *, marked: tuple[str, str | None] = ("", None)) -> None:
        def edit(source: Source, row: Values) -> Values:
            id_, name = marked
            return row | {name: MARK} if source.id == id_ and name and row.get(name) is not None else row

        fill(cursor, case, self.sources, of_packs=self.pack.sources, edit=edit)

    @contextmanager
    def _filled(self, case: Case, *, marked: tuple[str, str | None] = ("", None)) -> Iterator[None]:
        """What a case gives is stored within the block."""
        self.case = case
        self.cursor.execute("begin transaction")
        try:
            self._fill(self.cursor, case, marked=marked)
            yield
        finally:
            self.cursor.execute("rollback")

    def _given(self, case: Case, sql: str) -> Values:
        given = {"as_of": case.as_of, "known_at": case.known_at} | self.point.parameters(case.as_of) | case.parameters
        return parameters_asked(case, sql, given)

    def _answer(self, case: Case, sql: str) -> Answer:
        given = self._given(case, sql)
        with self._watched(SECONDS):
            return answer_of(self.cursor, with_file(sql), given)

    @contextmanager
    def _watched(self, seconds: float) -> Iterator[None]:
        """Raise _Stop if what runs in the block takes too long, or too much, or cannot be read."""
        with watched(self.cursor, seconds=seconds) as late:
            try:
                yield
            except (Failure, UnicodeDecodeError) as error:
                if late.is_set():
                    raise _Stop(Fault(STATEMENT, 0, Refusal(TOO_LONG, n=seconds))) from error
                raise _Stop(self._unread(error)) from error

    def _unread(self, error: Exception) -> Fault:
        said, place = str(error), re.search(r"LINE (\d+)", str(error))
        line = int(place[1]) if place and isinstance(error, UNREADABLE) else 0
        told = CANDIDATES.search(said)
        near = [name.rpartition(".")[2] for name in re.findall(r'"([\w.]+)"', told[1])] if told else []
        if unnamed := UNNAMED.search(said):
            known = ", ".join(name for name in near if not name.startswith("unnamed_")) or "–"
            return Fault(STATEMENT, line, Refusal(NO_RELATION, said=unnamed[1], known=known))
        if missing := next(filter(None, (each.search(said) for each in MISSING)), None):
            of, name = missing.groupdict().get("of", ""), missing["name"]
            known = nearest_first(name, near or self._columns_of(of, name) or self._names() - {name})
            line = line or line_with(self.sql, f".{name}") or line_with(self.sql, name)
            return Fault(STATEMENT, line, Refusal(NO_COLUMN, said=f"{of}.{name}" if of else name, known=known))
        return Fault(STATEMENT, line, Refusal(NOT_RUN, said=said.partition("\n")[0][:200]))

    def _columns_of(self, relation: str, name: str) -> list[str]:
        """The columns of a relation of which the statement asks for another: DuckDB names them as a type."""
        if not relation:
            return []
        asked = re.sub(rf"\b{relation}\s*\.\s*{name}\b", f"abs({relation})", self.sql, flags=re.IGNORECASE)
        try:
            self.cursor.execute(f"describe {asked}", self._of_today(asked, as_of=True))
        except Failure as error:
            types = found[1] if (found := GIVEN_TYPES.search(str(error))) else ""
            while (shorter := re.sub(r"\([^()]*\)", "", types)) != types:
                types = shorter
            return re.findall(r'(?:^|, )"?(\w+)', types)
        return []

    def _names(self) -> set[str]:
        """What the sources of the statement, and the statement itself, call columns."""
        fields = {field.name for source in self.sources.values() for field in source.fields}
        return fields | {*re.findall(r"\bas (\w+)", self.sql)}

    # --- Telling

    def fault(self, why: Refusal) -> Fault:
        """A fault of the case that is tried, on the line of the row that it names, or of its case."""
        text, case, where = self.pack.example, self.case, str(why.values.get("where", ""))
        number = re.search(r"case (\d+) ", where)
        starts = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "[[case]]"]
        place = case.number if case else int(number[1]) if number else 0
        start = starts[place - 1] if 0 < place <= len(starts) else 0
        if given := re.search(r"given\.(\w+)(?:, row (\d+))?", where):
            heading = line_with(text, f"given.{given[1]} =", after=start)
            return Fault(EXAMPLE, self._row(heading, int(given[2] or 0)), why)
        if case is None:
            return Fault(EXAMPLE, start, why)
        row = why.values.get("row")
        written = (
            case.expected.lines[int(row) - 1].text if isinstance(row, int) and row <= len(case.expected.lines) else ""
        )
        return Fault(EXAMPLE, (line_with(text, written, after=start) if written else 0) or start, why)

    def _row(self, heading: int, number: int) -> int:
        """The line of a row of a table, of which the key stands on a line; the heading of the table is row 0."""
        lines = self.pack.example.splitlines()[heading:]
        written = [n for n, line in enumerate(lines, heading + 1) if line.strip() and not line.lstrip().startswith("#")]
        return written[number] if heading and number < len(written) else heading


def copied(case: Case, lacking: Sequence[tuple[Source, Field] | None]) -> Case:
    """A case with its organisations once for each of some columns, which they lack; for None they lack none."""
    given, imports = {}, {}
    for number, column in enumerate(lacking):
        for key in exports(case):
            name, said = f"{key}__{number}", case.imports.get(key, {})
            found = import_of(case, key)
            given[name] = case.given[key]
            imports[name] = said | {
                "organisation": f"{said.get('organisation', ORGANISATION)}{COPY}{number}",
                "extract_date": found["extract_date"],
                "file": found["file"],
            }
            if column and column[0].id == found["source"]:
                imports[name]["lacks"] = (*said.get("lacks", ()), column[1].name)
                given[name] = _emptied(case.given[key], column[1])
    return replace(case, given=given, imports=imports, names=())


def _emptied(table: Table, field: Field) -> Table:
    """The same rows, with nothing of a field."""
    names = [name for name, _ in table_columns(field)]
    lines = [
        replace(line, cells=tuple("" if n in names else c for n, c in zip(table.names, line.cells, strict=True)))
        for line in table.lines
    ]
    return replace(table, lines=tuple(lines))


def _listed(columns: dict[str, Any], others: dict[str, Any]) -> str:
    """The columns that the others lack, or have in another type; all where only their order differs."""
    differing = {name: type_ for name, type_ in columns.items() if others.get(name) != type_} or columns
    return ", ".join(f"{name} ({type_})" for name, type_ in differing.items()) if columns.keys() else "–"

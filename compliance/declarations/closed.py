"""Whether the statement of a pack is on the closed list, by DuckDB's own description of it as JSON.

    for fault in faults(node, text, given): say(AT, file="point.sql", line=fault.line, why=fault.why)

Nothing here runs it, nor knows DuckDB: `store.apart` asks for the description. What is on no list (`admitted`) is
refused, so a new version of DuckDB cannot let in what nobody has looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations import admitted
from compliance.declarations.admitted import CELL, LEAST, MOMENT, RELATIONS
from compliance.declarations.given import Extent, Given, joined, of_text, widest
from compliance.declarations.queries import without_comments

Node = dict[str, Any]
AT: Final = N_("{file}, line {line}: {why}")

# The characters of a name that is said again.
LONGEST_NAME: Final = 60
# The characters of a statement: those that are written in Swedish and English, and seen.
WRITTEN: Final = re.compile(r"[^\t\n\x20-\x7e\xa1-\xac\xae-\u024f\u2010-\u201f\u2026\u2192\u2264\u2265]")
# The parser writes the value out before each when: of twenty within each other it makes a million.
CASE_OF: Final = re.compile(r"\bcase\b(?!\s+when\b)", re.IGNORECASE)
# Nodes of statements that only read, of any version of the product.
READING: Final = (
    admitted.QUERIES
    | admitted.FROM
    | admitted.MODIFIERS
    | admitted.ORDERS
    | {"RECURSIVE_CTE_NODE", "EXPRESSION_LIST", "PIVOT", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER"}
)
# What DuckDB calls nodes that SQL has other words for.
WORDS: Final[Mapping[str, str]] = {
    "RECURSIVE_CTE_NODE": "with recursive",
    "INSERT_QUERY_NODE": "insert",
    "DELETE_QUERY_NODE": "delete",
    "UPDATE_QUERY_NODE": "update",
    "MERGE_QUERY_NODE": "merge",
    "SHOW_REF": "describe, show or summarize",
    "EXPRESSION_LIST": "values",
    "LIMIT_MODIFIER": "limit",
    "LIMIT_PERCENT_MODIFIER": "limit",
    "ARRAY_EXTRACT": "[…]",
    "ARRAY_SLICE": "[…:…]",
    "OPERATOR_TRY": "try",
    "VALUE_DEFAULT": "default",
    "UNION_BY_NAME": "union by name",
}
# What DuckDB calls functions that are written as operators, or otherwise than as a name and brackets.
OPERATORS: Final[Mapping[str, str]] = {
    "~~": "like",
    "!~~": "not like",
    "~~*": "ilike",
    "!~~*": "not ilike",
    "~~~": "glob",
    "like_escape": "like … escape",
    "not_like_escape": "not like … escape",
    "ilike_escape": "ilike … escape",
    "not_ilike_escape": "not ilike … escape",
    "regexp_full_match": "similar to",
    "regexp_matches": "~",
    "timezone": "at time zone",
    "factorial": "!",
    "list_apply": "[… for … in …]",
    "row": "(…, …)",
    "trunc": "interval",
}


@dataclass(frozen=True)
class Fault:
    """Why a statement is refused, and the line of its file; `idle` if only something that is declared is not used."""

    line: int
    why: Refusal
    idle: bool = False


# How many nodes stand for each column by its name; under the empty name for every other.
Nodes = dict[str, int]


def beside(*tables: Nodes) -> Nodes:
    """Those of some relations together."""
    return {name: max(table.get(name, 0) for table in tables) for name in {name for table in tables for name in table}}


def nameless(table: Nodes) -> Nodes:
    """Those of columns that have got other names."""
    return {"": max(table.values(), default=1)}


@dataclass(frozen=True)
class Result:
    """A query: the widest of its columns, what stands for each, and how many exports are read for it."""

    columns: Extent = field(default_factory=Extent)
    nodes: Nodes = field(default_factory=dict)
    read: int = 0


@dataclass
class Scope:
    """What a query may name: the parts before it, its columns (by the widest), and the aliases of its own so far."""

    parts: dict[str, Result] = field(default_factory=dict)
    relations: frozenset[str] = frozenset()
    columns: Extent = field(default_factory=Extent)
    nodes: Nodes = field(default_factory=dict)
    aliases: dict[str, Extent] = field(default_factory=dict)
    read: int = 0
    in_lambda: bool = False

    def within(self) -> "Scope":
        """The scope of a query within this one, which sees all that this one does."""
        return replace(self, parts=dict(self.parts), aliases=dict(self.aliases), read=0)

    def add(self, nodes: Nodes, *names: str) -> None:
        """Add a relation with its columns, under its names."""
        self.nodes = beside(self.nodes, nodes)
        self.relations |= {name.lower() for name in names}

    def nodes_of(self, names: list[str]) -> int:
        """What stands for a column, with its relation before it and its field after it; or for all of a relation."""
        if found := [self.nodes[name] for name in names if name in self.nodes]:
            return max(found)
        every = max(self.nodes.values(), default=1)
        return every if names[0] in self.relations and len(names) == 1 else self.nodes.get("", every)


# --- What is run, and before it is parsed ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """The statement as it is run, without lines of comments, and the number in the file of each of its lines."""

    sql: str
    numbers: tuple[int, ...]

    def line(self, at: int) -> int:
        """The line of the file at so many bytes of the statement."""
        place = self.sql.encode()[:at].count(b"\n")
        return self.numbers[min(place, len(self.numbers) - 1)] if self.numbers else 1


def text_of(file: str) -> Text:
    """The statement in a file."""
    kept = [(n, line) for n, line in enumerate(file.splitlines(), 1) if not line.lstrip().startswith("--")]
    while kept and not kept[0][1].strip():
        kept.pop(0)
    return Text(without_comments(file), tuple(n for n, _ in kept))


def of_header(file: str) -> Iterator[Fault]:
    """The first line of the header that is none, with what is expected there: its types become SQL elsewhere."""
    lines = [*file.splitlines(), ""]
    expected = iter(admitted.HEADER)
    shape = next(expected)
    for number, line in enumerate(lines, 1):
        while not re.fullmatch(shape, line) and shape == admitted.ENTRY:
            shape = next(expected)
        if not re.fullmatch(shape, line):
            other = N_("Expected is: {expected}")
            yield Fault(number, Refusal(other, expected=admitted.HEADER[shape]))
            return
        if not line:
            return
        shape = shape if shape == admitted.ENTRY else next(expected)


def measured(file: str) -> Iterator[Fault]:
    """What is wrong before the statement is parsed: a parser that is fed enough brackets overflows its stack."""
    for number, line in enumerate(file.replace("\r\n", "\n").split("\n"), 1):
        if strange := WRITTEN.search(line):
            code = f"U+{ord(strange[0]):04X}"
            yield Fault(number, Refusal(N_("The character {said} is none of a statement. Leave it out."), said=code))
    text = text_of(file)
    for match in CASE_OF.finditer(text.sql):
        at = text.line(len(text.sql[: match.start()].encode()))
        yield Fault(at, Refusal(N_("case is let in as “case when a = 1 then …”, with nothing before when.")))
    limits = (
        (N_("The statement has {n} characters. At most {most} are read."), len(text.sql), admitted.LONGEST),
        (
            N_("The statement has {n} brackets. At most {most} are read."),
            sum(map(text.sql.count, "([{")),
            admitted.MOST_BRACKETS,
        ),
        (TOO_DEEP, _depth(text.sql), admitted.DEEPEST),
    )
    for message, n, most in limits:
        if n > most:
            yield Fault(text.line(0), Refusal(message, n=n, most=most))


def too_deep() -> Fault:
    """What is said of a statement without brackets that is too deep all the same: case in case, or a long sum."""
    return Fault(1, Refusal(N_("Too much of the statement stands within each other. Make parts with “with”.")))


def _depth(text: str) -> int:
    """How deep brackets stand within each other; those in texts and comments count too."""
    depth = deepest = 0
    for character in text:
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        deepest = max(deepest, depth)
    return deepest


# --- What is parsed -------------------------------------------------------------------------------------------------


def only_reads(node: Any) -> bool:
    """Whether a statement of any version only reads: the kind that DuckDB tells of it does not say so."""
    if isinstance(node, list):
        return all(map(only_reads, node))
    if not isinstance(node, dict):
        return True
    type_ = node.get("type")
    return ("class" in node or type_ is None or type_ in READING) and all(map(only_reads, node.values()))


def faults(node: Node, text: Text, given: Given) -> list[Fault]:
    """Everything for which a statement is refused, in the order of its lines; none where it may run."""
    walk = _Walk(text, given)
    try:
        whole = walk.query(node, Scope())
    except RecursionError:  # Python's own stack is as deep as DuckDB's expressions may be
        return [too_deep()]
    walk.finish(whole)
    found = {(fault.line, str(fault.why)): fault for fault in walk.faults}
    return sorted(found.values(), key=lambda fault: fault.line)


class _Walk:
    """One statement while it is walked. What makes texts adds to `made`, in cells a row."""

    def __init__(self, text: Text, given: Given) -> None:
        self.text, self.given = text, given
        self.faults: list[Fault] = []
        self.nodes = self.relations = self.joins = 0
        self.made = 0.0
        # what names and macros stand for is written out, but for what is computed before: of aggregates and windows
        self.written_out = self.settled = 0
        self.cut: set[int] = set()
        self.line = text.line(0)
        self.parameters: dict[int, str] = {}
        self.constants: set[str] = set()

    def refuse(self, message: str, node: Any = None, **values: Any) -> None:
        """Refuse the statement for a node. One without a place stands on the line of the node before it."""
        self._move(node)
        said = str(values.get("said", ""))
        values |= {"said": f"{said[:LONGEST_NAME]}…"} if len(said) > LONGEST_NAME else {}
        self.faults.append(Fault(self.line, Refusal(message, **values)))

    def _move(self, node: Any) -> None:
        at = node.get("query_location") if isinstance(node, dict) else None
        if isinstance(at, int) and at <= len(self.text.sql.encode()):
            self.line = self.text.line(at)

    def _plain(self, node: Node, what: str) -> bool:
        """Whether a node has only keys that are let in, or the others as they ordinarily are."""
        known = admitted.KEYS[what] | {"type", "query_location", "query_location_length"}
        strange = [key for key in node.keys() - known if node[key] and node[key] != admitted.ORDINARY.get(key)]
        if "sample" in strange:
            self.refuse(N_("A sample is not let in: a figure is the same each time. Leave it out."), node)
        elif strange:
            self.refuse(NOT_LET_IN, node, said=strange[0].replace("_", " "))
        return not strange

    def _counted(self, node: Node) -> bool:
        """Whether the statement is short enough to go on with."""
        self._move(node)
        self.nodes += 1
        return self.nodes <= admitted.MOST_NODES

    # --- Queries

    def query(self, node: Node, outer: Scope) -> Result:
        """Check a query within the parts that it may name."""
        scope = outer.within()
        if not self._counted(node):
            return Result()
        if node.get("type") not in admitted.QUERIES:
            self.refuse(NOT_LET_IN, node, said=_word_of(node))
            return Result()
        self._plain(node, node["type"])
        for part in node["cte_map"]["map"]:
            self._part(part["key"], part["value"], scope)
        combine = self._combined if node["type"] == "SET_OPERATION_NODE" else self._selected
        columns, nodes = combine(node, scope)
        for modifier in node["modifiers"]:
            self._modifier(modifier, node, scope)
        return Result(columns, nodes, max(1, scope.read))

    def _part(self, name: str, node: Node, scope: Scope) -> None:
        if name.lower() in RELATIONS or name.lower().endswith("_at"):
            self.refuse(N_("The part {said} is called as a relation is. Give it another name."), node, said=name)
        self._plain(node, "part")
        part = self.query(node["query_node"], scope)
        scope.parts[name.lower()] = replace(part, nodes=nameless(part.nodes)) if node["aliases"] else part

    def _combined(self, node: Node, scope: Scope) -> tuple[Extent, Nodes]:
        if node["setop_type"] not in admitted.SET_OPERATIONS:
            self.refuse(NOT_LET_IN, node, said=_word_of({"type": node["setop_type"]}))
        sides = node.get("children") or [side for side in (node["left"], node["right"]) if side]
        parts = [self.query(side, scope) for side in sides]
        scope.read += sum(part.read for part in parts)
        return widest(*(part.columns for part in parts)), nameless(beside(*(part.nodes for part in parts)))

    def _selected(self, node: Node, scope: Scope) -> tuple[Extent, Nodes]:
        scope.columns = widest(scope.columns, self._relation(node["from_table"], scope))
        columns, nodes = [], []
        for column in node["select_list"]:
            before = self.written_out - self.settled
            extent = self.expression(column, scope)
            columns.append(replace(extent, nodes=self.written_out - self.settled - before))
            nodes.append(_nodes(column, columns[-1].nodes, scope))
            if name := column["alias"].lower():
                scope.aliases[name] = widest(columns[-1], scope.aliases.get(name, Extent()))
        if len(node["group_sets"]) > 1:
            self.refuse(NOT_LET_IN, node, said="grouping sets, rollup, cube")
        for key in ("where_clause", "group_expressions", "having", "qualify"):
            self.below(node[key], scope)
        return widest(*columns), beside(*nodes)

    def _modifier(self, modifier: Node, query: Node, scope: Scope) -> None:
        if "LIMIT" in modifier["type"]:
            self.refuse(N_("limit and offset are not let in: a point has all its items. Leave them out."), query)
            return
        if modifier["type"] not in admitted.MODIFIERS:
            self.refuse(NOT_LET_IN, query, said=_word_of(modifier))
        if modifier.get("distinct_on_targets") and not any(each.get("orders") for each in query["modifiers"]):
            self.refuse(UNORDERED, query, said="distinct on")
        self.below([value for key, value in modifier.items() if key != "type"], scope)

    # --- Relations

    def _relation(self, node: Node, scope: Scope) -> Extent:
        if not self._counted(node):
            return Extent()
        if node.get("type") not in admitted.FROM:
            self.refuse(NOT_LET_IN, node, said=_word_of(node))
            return Extent()
        self._plain(node, node["type"])
        kinds: dict[str, Callable[[Node, Scope], Extent]] = {
            "EMPTY": lambda _, __: Extent(),
            "BASE_TABLE": self._table,
            "TABLE_FUNCTION": self._called,
            "SUBQUERY": self._within,
            "JOIN": self._join,
        }
        return kinds[node["type"]](node, scope)

    def _table(self, node: Node, scope: Scope) -> Extent:
        part = scope.parts.get(node["table_name"].lower())
        if len(node["qualified_name"]["path"]) > 1:
            self.refuse(PLACED, node, said=node["table_name"])
        elif part is None:
            example = f"{min(self.given.sources, default='systems')}_at(as_of := $as_of, known_at := $known_at)"
            self.refuse(
                N_("There is no part {said} in the statement. An export is read as {example}."),
                node,
                said=node["table_name"],
                example=example,
            )
        if part is None:
            return Extent()
        scope.add(nameless(part.nodes) if node["column_name_alias"] else part.nodes, node["alias"], node["table_name"])
        scope.read += part.read
        return part.columns

    def _within(self, node: Node, scope: Scope) -> Extent:
        self._plain(node["subquery"], "query")
        part = self.query(node["subquery"]["node"], scope)
        scope.add(nameless(part.nodes) if node["column_name_alias"] else part.nodes, node["alias"])
        scope.read += part.read
        return part.columns

    def _join(self, node: Node, scope: Scope) -> Extent:
        self.joins += 1
        columns = widest(self._relation(node["left"], scope), self._relation(node["right"], scope))
        condition = node["condition"]
        regular = node["ref_type"] == "REGULAR" and node["join_type"] in admitted.JOINS
        if not regular or not (node["using_columns"] or _has_equality(condition)):
            self.refuse(
                N_("A join is inner, left, semi or anti, and needs an equality: using (…), or on a.x = b.x."), node
            )
        if _is_mixed(condition):
            self.refuse(
                N_("In on, each side of a comparison is of one relation. Put what is of both under where."), node
            )
        scope.columns = widest(scope.columns, columns)
        self.below(condition, scope)
        return columns

    def _called(self, node: Node, scope: Scope) -> Extent:
        self.relations += 1
        scope.read += 1
        function = node["function"]
        name, arguments = function["function_name"].lower(), function["arguments"]
        relation, known = self.given.relations.get(name), sorted(self.given.relations)
        if len(function["qualified_name"]["path"]) > 1:
            self.refuse(PLACED, node, said=name)
        elif name == admitted.CHOSEN:
            self._chosen(node, arguments)
        elif relation:
            self._asked(node, name, arguments, relation.asked)
            self.constants |= relation.reasons
        elif name in RELATIONS:
            self.refuse(UNDECLARED, node, said=name, sources=", ".join(sorted(RELATIONS[name].sources)))
        else:
            none = N_("{said} is none of the relations that this point may read: {known}.")
            self.refuse(none, node, said=name, known=", ".join(known))
        self.below([each["expression"] for each in arguments], Scope())
        scope.add({"": 1}, node["alias"], name)
        return Extent(1.0)

    def _chosen(self, node: Node, arguments: list[Node]) -> None:
        """Whether there is an export at all."""
        wanted = _text(arguments[0]["expression"]) if arguments else None
        if wanted not in self.given.sources:
            self.refuse(UNDECLARED, node, said=admitted.CHOSEN, sources=wanted or "systems")
        self._asked(node, admitted.CHOSEN, arguments[1:], ())

    def _asked(self, node: Node, name: str, arguments: list[Node], asked: tuple[str, ...]) -> None:
        """A relation is asked of the day and the moment that are given, and else of parameters and constants."""
        said = {each["name"]: each["expression"] for each in arguments}
        moment = all(said.get(key, {}).get("identifier") == key for key in MOMENT)
        others = [said[key] for key in asked if key in said]
        if (
            not moment
            or len(said) != len(arguments)
            or set(said) != {*MOMENT, *asked}
            or any(each["class"] not in {"PARAMETER", "CONSTANT"} for each in others)
        ):
            example = ", ".join([*(f"{key} := ${key}" for key in MOMENT), *(f"{key} := …" for key in asked)])
            self.refuse(N_("{said} is called with ({example}), and nothing else."), node, said=name, example=example)

    # --- Expressions

    def below(self, node: Any, scope: Scope) -> list[Extent]:
        """Check everything below a node, and return the extents of the expressions there."""
        if isinstance(node, list):
            return [extent for each in node for extent in self.below(each, scope)]
        if not isinstance(node, dict):
            return []
        if "class" in node:
            return [self.expression(node, scope)]
        if node.get("type") and node["type"] not in admitted.MODIFIERS | admitted.ORDERS:
            self.refuse(NOT_LET_IN, node, said=_word_of(node))
            return []
        return self.below(list(node.values()), scope)

    def _but(self, node: Node, scope: Scope, *done: str) -> list[Extent]:
        """The same for the keys of a node without some that are done."""
        return self.below([value for key, value in node.items() if key not in done], scope)

    def expression(self, node: Node, scope: Scope) -> Extent:
        """Check an expression, and return its extent."""
        if not self._counted(node):
            return Extent()
        if node["class"] not in admitted.EXPRESSIONS:
            self.refuse(NOT_LET_IN, node, said=_word_of(node))
            return Extent()
        before, settled = self.written_out, self.settled
        self.written_out += 1
        extent: Extent = getattr(self, f"_{node['class'].lower()}")(node, scope)
        if node["class"] == "WINDOW" or node.get("function_name", "").lower() in admitted.AGGREGATES:
            self.settled = settled + self.written_out - before - 1
        return extent

    def _column_ref(self, node: Node, scope: Scope) -> Extent:
        names = [name.lower() for name in node["column_names"]]
        if len(names) > 3:
            self.refuse(PLACED, node, said=names[-1])
        if names[0] in admitted.CLOCKS and len(names) == 1:
            self.refuse(N_("{said} is of the machine. The day is $as_of."), node, said=names[0])
        known = [scope.aliases[name] for name in names if name in scope.aliases]
        extent = widest(scope.columns, *known)
        self.written_out += max(scope.nodes_of(names), *(alias.nodes for alias in known), 1)
        return replace(extent, many=max(extent.many, admitted.MOST_COLUMNS)) if "columns" in names else extent

    def _star(self, node: Node, scope: Scope) -> Extent:
        if node["columns"] or node["expr"] is not None:
            self.refuse(N_("columns(…) is not let in. Name the columns."), node)
        self.written_out += max(scope.nodes.values(), default=1)
        return widest(scope.columns, *self._but(node, scope))

    def _constant(self, node: Node, _: Scope) -> Extent:
        text = str(node["literal"].get("text", ""))
        self.constants.add(text)
        if "\n" in text:
            self.refuse(N_("A text goes on over the end of its line. Write it on one line."), node)
        return of_text(text)

    def _parameter(self, node: Node, _: Scope) -> Extent:
        name = node["identifier"]
        self.parameters[node["query_location"]] = name
        if name not in {*MOMENT, *self.given.parameters}:
            self.refuse(
                N_("Nobody gives ${said}. Declare it under parameters in point.toml. There are: {known}."),
                node,
                said=name,
                known=", ".join(f"${each}" for each in sorted({*MOMENT, *self.given.parameters})),
            )
        return self.given.parameters.get(name, Extent())

    def _collate(self, node: Node, scope: Scope) -> Extent:
        if node["collation"].lower() not in admitted.COLLATIONS:
            self.refuse(N_("The collation {said} is not let in. There is sv."), node, said=node["collation"])
        child = self.expression(node["child"], scope)
        self._make(child, times=3)
        return child

    def _cast(self, node: Node, scope: Scope) -> Extent:
        kind = node["type_expr"]
        name = str(kind.get("type_name", "")).lower()
        placed = len(kind["qualified_name"]["path"]) > 1
        if kind["type"] != "TYPE" or kind["children"] or placed or name not in admitted.TYPES:
            known = ", ".join(sorted(admitted.TYPES))
            self.refuse(N_("The type {said} is not let in. There are: {known}."), node, said=name, known=known)
        child = widest(*self._but(node, scope, "type_expr"))
        # a list or a struct as text has its quotes doubled
        return self._make(child, times=2) if name in admitted.TEXTS else Extent()

    def _case(self, node: Node, scope: Scope) -> Extent:
        for check in node["case_checks"]:
            self._but(check, scope, "then_expr")
        chosen = [node["else_expr"], *(check["then_expr"] for check in node["case_checks"])]
        self._but(node, scope, "else_expr", "case_checks")
        return widest(*self.below(chosen, scope))

    def _comparison(self, node: Node, scope: Scope) -> Extent:
        self._but(node, scope)
        return Extent()

    _between = _conjunction = _comparison

    def _operator(self, node: Node, scope: Scope) -> Extent:
        if node["type"] not in admitted.OPERATORS | admitted.CHOOSING:
            self.refuse(NOT_LET_IN, node, said=_word_of(node))
        children = self._but(node, scope)
        return widest(*children) if node["type"] in admitted.CHOOSING else Extent()

    def _subquery(self, node: Node, scope: Scope) -> Extent:
        self._plain(node["subquery"], "query")
        part = self.query(node["subquery"]["node"], scope)
        scope.read += part.read
        self._but(node, scope, "subquery")
        return part.columns

    # --- Functions

    def _make(self, extent: Extent, *, times: float = 1) -> Extent:
        """Add what is made for each row, and return it as often."""
        self.made += extent.length * times
        return replace(extent, length=extent.length * times)

    def _placed(self, node: Node) -> bool:
        """Whether a function has a database or a schema before its name, or is the method of a value."""
        placed = len(node["qualified_name"]["path"]) > 1
        if placed:
            self.refuse(PLACED, node, said=node["function_name"])
        return placed

    def _window(self, node: Node, scope: Scope) -> Extent:
        name = node["function_name"].lower()
        extents = self._but(node, scope)
        if self._placed(node):
            return Extent()
        if name not in admitted.WINDOWS:
            self._unknown(node, admitted.WINDOWS)
        elif name in admitted.ORDERED_WINDOWS and not (node["orders"] or node["arg_orders"]):
            self.refuse(UNORDERED, node, said=name)
        return Extent() if name in admitted.COUNTING | admitted.RANKS else widest(*extents)

    def _unknown(self, node: Node, known: frozenset[str]) -> None:
        names = ", ".join(sorted(name for name in known if name[0].isalpha()))
        message = N_("{said} is not let in. The functions that are: {known}.")
        self.refuse(message, node, said=self._written(node), known=names)

    def _written(self, node: Node) -> str:
        """What stands in the statement for a function."""
        name, at = node["function_name"].lower(), node["query_location"]
        there = self.text.sql.encode()[at : at + len(name.encode())].decode(errors="replace").lower()
        return name if there == name else OPERATORS.get(name, name)

    def _function(self, node: Node, scope: Scope) -> Extent:
        name = node["function_name"].lower()
        if self._placed(node):
            return Extent()
        if name not in admitted.FUNCTIONS | admitted.AGGREGATES or node["export_state"]:
            self._unknown(node, admitted.FUNCTIONS | admitted.AGGREGATES)
            return Extent()
        if name == "list_filter":
            return self._filtered(node, scope)
        if name in admitted.JUDGEMENTS:
            self._reason(node)
        elif name in admitted.ORDERED and not node["order_bys"]["orders"]:
            self.refuse(UNORDERED, node, said=name)
        elif name in admitted.CUTTING:
            self._see_whether_cut(node)
        elif name in admitted.GATHERING and id(node) not in self.cut:
            self.refuse(
                N_("What {said} makes is as long as all rows. Cut it at once: left({said}(…), 500)."), node, said=name
            )
        self._but(node, scope, "arguments")
        before = self.written_out
        arguments = [widest(*self.below(each["expression"], scope)) for each in node["arguments"]]
        if name in admitted.MACROS | admitted.TEXT_MACROS | admitted.SPELLING:
            self.written_out += (self.written_out - before) * (admitted.NAMING.get(name, 1) - 1) + admitted.MADE_OF
        return self._of(name, node, arguments)

    def _of(self, name: str, node: Node, arguments: list[Extent]) -> Extent:
        """The extent of what a function gives of its arguments."""
        if name in admitted.JUDGEMENTS:
            return self._judged(node, arguments)
        if name in admitted.CUTTING:
            return self._cut(node, arguments)
        if name in admitted.MAKING:
            return self._make(joined(*arguments))
        if name in admitted.TEXT_MACROS:
            # they go through what they are given some times
            self._make(joined(*arguments), times=4)
            return joined(*arguments)
        if name in admitted.SPELLING and len(arguments) == 3:
            said, words, denials = arguments
            self._make(Extent(words.many * (4 * said.length + denials.length)))
            return Extent()
        if name in admitted.SEEKING and len(arguments) > 1:
            self._make(Extent(arguments[0].length * max(1.0, arguments[1].length)))
            return Extent()
        if name in admitted.HOLDING:
            return joined(*arguments)
        return widest(*arguments) if name in admitted.KEEPING | admitted.CHOOSING_ROWS else Extent()

    def _see_whether_cut(self, node: Node) -> None:
        """A text of many rows is let in where a number says at once how much is left of it."""
        first, *rest = [each["expression"] for each in node["arguments"]]
        if rest and _number(rest[-1]) is not None:
            self.cut.add(id(first))

    def _cut(self, node: Node, arguments: list[Extent]) -> Extent:
        """What is left of a longer text."""
        number = _number(node["arguments"][-1]["expression"]) if len(arguments) > 1 else None
        cut = Extent(max(LEAST, number / CELL)) if number is not None else joined(*arguments)
        gathered = node["arguments"][0]["expression"].get("function_name", "").lower() in admitted.GATHERING
        return self._make(cut if gathered else Extent(min(cut.length, joined(*arguments).length)))

    def _judged(self, node: Node, arguments: list[Extent]) -> Extent:
        """What is said of an item: its detail stays as it is, of the rest a text is made."""
        names = [
            each["name"] or ("reason", "detail", "")[min(place, 2)] for place, each in enumerate(node["arguments"])
        ]
        kept = [extent for name, extent in zip(names, arguments, strict=True) if name == "detail"]
        made = [extent for name, extent in zip(names, arguments, strict=True) if name != "detail"]
        return widest(*kept, self._make(joined(*made)))

    def _reason(self, node: Node) -> None:
        reasons = [each["expression"] for each in node["arguments"] if each["name"] in {"", "reason"}][:1]
        for reason in reasons:
            said = _text(reason)
            if said is None:
                self.refuse(
                    N_("The reason of {said} is written as a text: {said}('no_information')."),
                    node,
                    said=node["function_name"],
                )
            elif said not in self.given.reasons | self.given.common:
                declare = N_(
                    "The reason {said} is not declared. Declare it under reasons in point.toml, in both languages."
                )
                self.refuse(declare, node, said=said)

    def _filtered(self, node: Node, scope: Scope) -> Extent:
        """A list with those of its values for which a condition holds: lambda of one name, none within another."""
        first, *rest = [each["expression"] for each in node["arguments"]]
        lambda_ = rest[0] if len(rest) == 1 else {}
        name = (lambda_.get("lhs") or {}).get("column_names", [])
        if lambda_.get("syntax_type") != "LAMBDA_KEYWORD" or len(name) != 1 or scope.in_lambda:
            self.refuse(N_("Write list_filter(list, lambda name: condition), and not within another."), node)
            return Extent()
        values = self.expression(first, scope)
        inner = replace(scope.within(), in_lambda=True)
        inner.aliases[name[0].lower()] = values
        before = self.made
        self.expression(lambda_["expr"], inner)
        scope.read += inner.read
        self.made += (self.made - before) * (values.many - 1)
        self._but(node, scope, "arguments")
        return self._make(values)

    # --- At the end

    def finish(self, whole: Result) -> None:
        """Refuse what shows only of the whole statement."""
        limits = (
            (N_("The statement has {n} words and signs. At most {most} are read."), self.nodes, admitted.MOST_NODES),
            (
                N_("The statement names exports {n} times. At most {most} are let in."),
                self.relations,
                admitted.MOST_RELATIONS,
            ),
            (WRITTEN_OUT, self.written_out, admitted.MOST_WRITTEN_OUT),
            (READ_OFTEN, whole.read, admitted.MOST_READ),
            (N_("The statement has {n} joins. At most {most} are let in."), self.joins, admitted.MOST_JOINS),
            (MADE_LONG, round(self.made), admitted.MOST_TEXT),
        )
        for message, n, most in limits:
            if n > most:
                self._refuse_all(message, n=n, most=most)
        self._dollars()
        for name in sorted(self.given.parameters):
            if name in admitted.RESERVED or name.startswith(MOMENT) or not re.fullmatch("[a-z_]+", name):
                other = N_("No parameter can be called {said}. Give it another name, of a–z and underscores.")
                self._refuse_all(other, said=name)
        for name in sorted(self.given.parameters.keys() - set(self.parameters.values())):
            unused = N_("The parameter {said} of point.toml is not used. Leave it out there, or use ${said}.")
            self.faults.append(Fault(self.text.line(0), Refusal(unused, said=name), idle=True))
        for name in sorted(self.given.reasons - self.constants):
            unused = N_("The reason {said} of point.toml is given to no item. Leave it out there, or use it.")
            self.faults.append(Fault(self.text.line(0), Refusal(unused, said=name), idle=True))

    def _refuse_all(self, message: str, **values: Any) -> None:
        self.faults.append(Fault(self.text.line(0), Refusal(message, **values)))

    def _dollars(self) -> None:
        """Refuse each $ that stands before no parameter: they are filled in where the statement is only a text."""
        raw = self.text.sql.encode()
        for place in (match.start() for match in re.finditer(rb"\$", raw)):
            name = self.parameters.get(place)
            if name is None or not re.match(rb"\$" + name.encode() + rb"(?![a-z_])", raw[place:]):
                only = N_("$ stands only before the name of a parameter, not in a text, a name or a comment.")
                self.faults.append(Fault(self.text.line(place), Refusal(only)))


NOT_LET_IN: Final = N_(
    "{said} is not let in. A point is made of select, with, join, union, where, group by and order by."
)
TOO_DEEP: Final = N_("Brackets stand {n} deep. At most {most} are read: make parts with “with”.")
WRITTEN_OUT: Final = N_(
    "With what names and macros stand for in their place, the statement has {n} words and signs. At most {most} are let"
    " in: give what is named often a part of its own."
)
READ_OFTEN: Final = N_(
    "With the parts that are read several times the statement reads exports {n} times. At most {most} are let in."
)
MADE_LONG: Final = N_(
    "The texts that the statement makes are {n} times as long as a cell. At most {most} are let in: use lower, || and"
    " the like less often, or cut what they make with left(…, 200)."
)
PLACED: Final = N_("{said} has something with a full stop before its name. Write the name alone.")
UNORDERED: Final = N_("{said} needs an order by: without one the figure would depend on chance.")
UNDECLARED: Final = N_("{said} reads {sources}. Name it under needs or uses in point.toml.")


def _nodes(column: Node, nodes: int, scope: Scope) -> Nodes:
    """What stands for the columns that one of a select list gives."""
    if column["class"] == "STAR":
        changed = {each["key"].lower(): nodes for each in column["replace_list"]}
        return nameless({"": nodes}) if column["rename_list"] else beside(scope.nodes, changed)
    named = column["column_names"][-1] if column["class"] == "COLUMN_REF" else ""
    return {(column["alias"] or named).lower(): nodes}


def _word_of(node: Mapping[str, Any]) -> str:
    """What a node is, in the words of SQL where there are such."""
    type_ = str(node.get("type", ""))
    return WORDS.get(type_, type_.lower().removesuffix("_node").replace("_", " "))


def _text(node: Mapping[str, Any]) -> str | None:
    """The text of a constant; None of anything else."""
    literal = node.get("literal") if node.get("class") == "CONSTANT" else None
    return str(literal["text"]) if literal and literal.get("kind") in {"STRING", "VARCHAR"} else None


def _number(node: Mapping[str, Any]) -> int | None:
    """The number of a constant; None of anything else."""
    literal = node.get("literal") if node.get("class") == "CONSTANT" else None
    return int(literal["text"]) if literal and str(literal.get("text", "")).isdigit() else None


def _has_equality(node: Any) -> bool:
    """Whether a condition, or a part of it that must hold, says that columns of two relations are equal."""
    if not isinstance(node, dict):
        return False
    if node["type"] == "CONJUNCTION_AND":
        return any(map(_has_equality, node["children"]))
    if node["type"] not in {"COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM"}:
        return False
    left, right = set(_relations(node["left"])), set(_relations(node["right"]))
    return bool(left) and bool(right) and left.isdisjoint(right)


def _is_mixed(node: Any) -> bool:
    """Whether a condition computes something of two relations: for each pair, and without looking for an interrupt."""
    if isinstance(node, list):
        return any(map(_is_mixed, node))
    if not isinstance(node, dict):
        return False
    if node["class"] in {"CONJUNCTION", "COMPARISON", "BETWEEN", "OPERATOR"}:
        return any(_is_mixed(value) for value in node.values() if isinstance(value, dict | list))
    return len(set(_relations(node))) > 1


def _relations(node: Any) -> Iterator[str]:
    """The relations whose columns an expression names."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _relations(each)
    if isinstance(node, dict) and node.get("class") == "COLUMN_REF":
        yield node["column_names"][0].lower() if len(node["column_names"]) > 1 else ""

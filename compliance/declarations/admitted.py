"""The closed list: what the statement of a pack may be made of. What is on no list is refused.

A name is added here with a statement in `tests/declarations/test_closed.py` that it lets in, and one that misuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# --- How much -----------------------------------------------------------------------------------------------------
# Characters of a statement; ours have at most 3,000.
LONGEST: Final = 20_000
# Brackets within each other, and in all; ours have at most 7 and 60. A parser reads 9,000 of them for half a minute.
DEEPEST: Final = 40
MOST_BRACKETS: Final = 600
# Nodes of a statement; ours have at most 400.
MOST_NODES: Final = 3_000
# The same with what macros and names of columns stand for in their place, ours at most 6,400: DuckDB writes it out,
# each time that it is named. Twenty columns that name the one before twice are a million; 100,000 take ten seconds.
MOST_WRITTEN_OUT: Final = 30_000
# Exports and relations that are named; ours name at most 4. Each is planned anew at each mention.
MOST_RELATIONS: Final = 24
# The same, counted as often as the parts that name them are read: two parts that each read the one before twice are
# four times the first.
MOST_READ: Final = 60
MOST_JOINS: Final = 12
# Characters of a cell, as a statement sees it. Texts are counted in such cells.
CELL: Final = 1_000
# Cells that all texts have together that a statement makes for one row. DuckDB makes 2,048 rows at once, and looks
# neither at its limit of memory nor for an interrupt meanwhile.
MOST_TEXT: Final = 120
# The most columns that an export has, and so the most names of the list of them.
MOST_COLUMNS: Final = 100
# The least that a value takes, so that a list of nothing has a length too.
LEAST: Final = 0.02

# --- The nodes of DuckDB's own description --------------------------------------------------------------------------
QUERIES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE"})
FROM: Final = frozenset({"BASE_TABLE", "TABLE_FUNCTION", "JOIN", "SUBQUERY", "EMPTY"})
MODIFIERS: Final = frozenset({"ORDER_MODIFIER", "DISTINCT_MODIFIER"})
ORDERS: Final = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})
SET_OPERATIONS: Final = frozenset({"UNION", "EXCEPT", "INTERSECT"})
JOINS: Final = frozenset({"INNER", "LEFT", "SEMI", "ANTI"})
# The keys of each node that may have any value. The others must be empty, or have the value of ORDINARY.
KEYS: Final[Mapping[str, frozenset[str]]] = {
    "SELECT_NODE": frozenset(
        {"modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets"}
    )
    | {"aggregate_handling", "having", "qualify"},
    "SET_OPERATION_NODE": frozenset({"modifiers", "cte_map", "setop_type", "setop_all", "left", "right", "children"}),
    "BASE_TABLE": frozenset(
        {"alias", "table_name", "column_name_alias", "qualified_name", "schema_name", "catalog_name"}
    ),
    "TABLE_FUNCTION": frozenset({"alias", "function", "column_name_alias"}),
    "SUBQUERY": frozenset({"alias", "subquery", "column_name_alias"}),
    "JOIN": frozenset({"alias", "left", "right", "condition", "join_type", "ref_type", "using_columns", "is_implicit"}),
    "EMPTY": frozenset(),
    "part": frozenset({"aliases", "query_node", "materialized"}),
    "query": frozenset({"node"}),
}
ORDINARY: Final[Mapping[str, object]] = {
    "nearest_count": 1,
    "nearest_order_type": "ASCENDING",
    "with_ordinality": "WITHOUT_ORDINALITY",
}
EXPRESSIONS: Final = frozenset(
    {"COLUMN_REF", "CONSTANT", "PARAMETER", "FUNCTION", "WINDOW", "CASE", "CAST", "COMPARISON", "CONJUNCTION"}
) | {"OPERATOR", "BETWEEN", "STAR", "COLLATE", "SUBQUERY"}
# Of the classes with many kinds, those that are let in, and of those the ones that are one of their values.
OPERATORS: Final = frozenset(
    {"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN", "COMPARE_NOT_IN"}
)
CHOOSING: Final = frozenset({"OPERATOR_COALESCE", "OPERATOR_NULLIF", "STRUCT_EXTRACT"})
TYPES: Final = frozenset({"varchar", "text", "date", "timestamp", "boolean", "integer", "bigint", "double"})
TEXTS: Final = frozenset({"varchar", "text"})
COLLATIONS: Final = frozenset({"sv"})
# Words that parse as columns and are functions.
CLOCKS: Final = frozenset(
    {"current_catalog", "current_database", "current_date", "current_role", "current_schema", "current_time"}
) | {"current_timestamp", "current_user", "localtime", "localtimestamp", "session_user", "user"}

# --- Functions ----------------------------------------------------------------------------------------------------
# What is said of an item. The first argument is its reason.
JUDGEMENTS: Final = frozenset({"met", "unmet", "unknown", "pending", "exempt"})
# Macros that put texts together, of what they are given.
TEXT_MACROS: Final = JUDGEMENTS | {"judge", "undecided", "with_column", "without_column"}
# Macros that give a day, a number, a code, or true or false; none that gives a moment with a time zone.
MACROS: Final = frozenset(
    {"months_after", "due_of", "happened", "has_time", "elapsed_hours", "timed_hours", "deadline_day"}
) | {"sent_before", "sent_in_time", "still_time", "local_day", "progress", "progress_said", "told", "untold"}
# Functions that give a day, a number, or true or false.
PLAIN: Final = frozenset(
    {"starts_with", "ends_with", "suffix", "prefix", "length", "len", "date_part", "date_trunc", "year", "month"}
) | {"to_months", "to_days", "abs", "round", "floor", "ceil", "-", "*", "/", "//", "%"}
# Functions that look for one of their arguments in another: they take as long as both together, for each row.
SEEKING: Final = frozenset({"contains", "list_contains"})
# Macros that look for each of the words of a list in a text: what it says, the words, and the words that deny.
SPELLING: Final = frozenset({"says", "denies"})
# Functions that make a new text or list of what they are given.
MAKING: Final = frozenset({"lower", "upper", "trim", "||", "concat", "concat_ws", "list_value", "+"})
# The same, where the last argument, a number, says how long it is at most.
CUTTING: Final = frozenset({"left", "right", "substring"})
# Functions that give one of their arguments, and that hold all of them.
KEEPING: Final = frozenset({"greatest", "least", "nullif", "if", "coalesce"})
HOLDING: Final = frozenset({"struct_pack"})
FUNCTIONS: Final = (
    TEXT_MACROS | MACROS | PLAIN | SEEKING | SPELLING | MAKING | CUTTING | KEEPING | HOLDING | {"list_filter"}
)
COUNTING: Final = frozenset({"count", "count_star", "sum", "avg", "bool_and", "bool_or"})
CHOOSING_ROWS: Final = frozenset({"min", "max", "first", "last", "arg_min", "arg_max", "min_by", "max_by"})
# Of many rows one text, as long as all of them: even to compare such texts takes minutes.
GATHERING: Final = frozenset({"string_agg"})
AGGREGATES: Final = COUNTING | CHOOSING_ROWS | GATHERING
RANKS: Final = frozenset({"row_number", "rank", "dense_rank"})
NEIGHBOURS: Final = frozenset({"lag", "lead", "first_value", "last_value"})
WINDOWS: Final = RANKS | NEIGHBOURS | COUNTING | CHOOSING_ROWS
# Without an order by, which row is the first is chance: a frozen figure would be counted otherwise.
ORDERED: Final = frozenset({"first", "last"})
ORDERED_WINDOWS: Final = RANKS | NEIGHBOURS | ORDERED
# How often a macro names what it is given, by itself or through others, and the nodes of what it is made of besides.
NAMING: Final[Mapping[str, int]] = {
    "elapsed_hours": 4, "timed_hours": 6, "has_time": 2, "deadline_day": 7, "happened": 2, "sent_before": 4,
    "sent_in_time": 14, "still_time": 7, "progress": 2, "progress_said": 2, "says": 3, "denies": 3, "judge": 4,
    "met": 2, "unmet": 2, "unknown": 2, "pending": 2, "exempt": 2, "undecided": 2, "with_column": 2,
    "without_column": 2,
}  # fmt: skip
MADE_OF: Final = 30
# No regular expression, and no `like`: one took 120 s for 2,048 texts of 2,000 letters, and DuckDB interrupts between
# such portions. No lambda but that of list_filter, and none within another: they would multiply.


# --- Relations ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Relation:
    """A table macro: the sources that it reads, what it is asked besides the moment, and the reasons that it gives."""

    sources: frozenset[str]
    asked: tuple[str, ...] = ()
    reasons: frozenset[str] = frozenset()


COURSES: Final = Relation(
    frozenset({"staff", "training"}),
    ("wanted", "codes", "names", "validity_months", "grace_days"),
    frozenset({"on_leave", "newly_employed", "column_missing", "expired", "failed", "started", "not_started"}),
)
# Besides `<source>_at` of each source, and `chosen_imports('<source>', …)`: whether there is an export at all.
RELATIONS: Final[Mapping[str, Relation]] = {
    "systems_in_use_at": Relation(frozenset({"systems"})),
    "systems_described_at": Relation(frozenset({"systems"})),
    "latest_classifications_at": Relation(frozenset({"classifications"})),
    "planned_actions_at": Relation(frozenset({"classification_actions"})),
    "risks_at": Relation(frozenset({"risk_analyses"})),
    "active_processing_at": Relation(frozenset({"processing"})),
    "processed_systems_at": Relation(frozenset({"processing"})),
    "employments_at": Relation(frozenset({"staff"})),
    "several_employments_at": Relation(frozenset({"staff"})),
    "persons_at": Relation(frozenset({"staff"})),
    "course_items": COURSES,
    "discovered_at": Relation(frozenset({"incidents"})),
    "incident_reports_at": Relation(frozenset({"incidents"}), ("stages",)),
    "recurring_at": Relation(frozenset({"incidents"}), ("window_months",)),
    "staffed_units_at": Relation(frozenset({"staff", "incidents"})),
    "aware_at": Relation(frozenset({"breaches"})),
}
CHOSEN: Final = "chosen_imports"
# The parameters that every relation is called with, under their own names, and those that stand around a statement.
MOMENT: Final = ("as_of", "known_at")
RESERVED: Final = frozenset({"days", "imports", "level", "most", "organisation"})

# --- The header ---------------------------------------------------------------------------------------------------
# A parameter: the day and the moment, or one of the point. Its type is that of the value in point.toml.
ENTRY: Final = (
    r"--   (as_of \(date\)|known_at \(timestamp\)"
    r"|(?!(?:as_of|known_at) )[a-z_]+ \((date|integer|double|boolean|varchar)(\[\])?\)): \S.*"
)
# The lines of the header in their order, with an example of each. The line of a parameter may be there several times.
HEADER: Final[Mapping[str, str]] = {
    r"-- what: \S.*": "-- what: which systems have a plan that was tested in time",
    r"-- grain: \S.*": "-- grain: one row a system in use",
    r"-- parameters:": "-- parameters:",
    ENTRY: "--   interval_months (integer): how often a plan is tested",
    r"-- columns: columns\.txt": "-- columns: columns.txt",
    r"": "an empty line",
}

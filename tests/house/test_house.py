"""The house's rules, which nobody has to remember: what imports what, what is declared where, and what is alike."""

import ast
import re
import subprocess
import sys
from datetime import date
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from compliance.core.places import QUERIES, ROOT
from compliance.core.places import SOURCES as DECLARED
from compliance.counting.assessing import COLUMN_MISSING
from compliance.declarations import queries
from compliance.declarations.points import load_todo
from compliance.declarations.queries import names, query, text_of, without_comments
from compliance.declarations.relations import PART
from compliance.declarations.sources import table_columns
from compliance.store.schema import MACRO_FILES
from release.pins import PRODUCT, REQUIREMENTS, TOOLS, direct, pins, product
from release.wheels import PYTHONS, needed
from tests.line import POINTS, SOURCES, Line

# A room imports only from those before it; CONTRIBUTING.md draws them.
ROOMS = (
    "core", "declarations", "store", "access", "reading", "loading", "counting", "checking", "correcting", "wording",
    "review", "extracts", "worklists", "intake", "drawing", "report", "digest", "package", "keeping", "demo",
    "serving", "bending", "screens", "commands",
)  # fmt: skip
LONGEST = 40
MODULES = sorted(path for path in (ROOT / "compliance").rglob("*.py") if path.name != "__init__.py")
# The frame that all pages share, and the folders of the pages that draw much; what these say knows no Streamlit.
UI = {
    path.relative_to(ROOT).as_posix()
    for path in MODULES
    if path.is_relative_to(ROOT / "compliance" / "screens") and not path.stem.endswith("texts")
}
# Where Streamlit is bent: nobody else uses what it does not promise.
BENT = {path.relative_to(ROOT).as_posix() for path in MODULES if path.parent.name == "bending"}
TESTS = [path for name in ("tests", "tools") for path in sorted((ROOT / name).rglob("*.py"))]
THIN = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]
# What makes the samples: it stands beside them, and nothing of the product imports it.
MAKER = sorted((ROOT / "data" / "samples" / "make").glob("*.py"))
BESIDE = ("import_id", "sheet_number", "sheet", "row")
# What a release brings.
BROUGHT = {name for python in PYTHONS for name in needed(PRODUCT.read_text("utf-8"), python)}


@cache
def tree(path):
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path):
    return [*ast.walk(tree(path))]


# Where the statements of a statement stand.
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


@cache
def statements(path):
    """The statements of a file, also within others; most of a file is expressions, which hold none."""
    found, left = [], [tree(path)]
    while left:
        node = left.pop()
        parts = [part for name in BLOCKS for part in getattr(node, name, ())]
        found += parts
        left += parts
    return found


@cache
def imported(path):
    """The dotted names that a file imports, also inside its functions."""
    found = []
    for node in statements(path):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def module(path):
    """A module's dotted name within the package."""
    return ".".join(path.relative_to(ROOT / "compliance").with_suffix("").parts)


def users(package):
    """The files of the product that import a package."""
    every = [*MODULES, *THIN]
    return {p.relative_to(ROOT).as_posix() for p in every for name in imported(p) if name.split(".")[0] == package}


# --- modules -----------------------------------------------------------------------------------------------------


def test_every_module_lies_in_a_room():
    assert sorted({module(path).split(".")[0] for path in MODULES}) == sorted([*ROOMS, "__main__"])


def test_a_room_imports_only_from_rooms_above_it():
    place = {room: number for number, room in enumerate(ROOMS)}
    found = [
        f"{module(path)} imports {name}"
        for path in MODULES
        for name in imported(path)
        if name.startswith("compliance.")
        if place.get(name.split(".")[1], -1) > place.get(module(path).split(".")[0], len(ROOMS))
    ]
    assert found == []


def test_no_module_is_imported_by_name():
    """whatever is imported so is unseen by the tests around this one"""
    calls = ("import_module", "__import__", "run_module")
    assert [module(path) for path in MODULES if any(call in path.read_text("utf-8") for call in calls)] == []


def test_no_module_imports_itself_by_way_of_others():
    every = {module(path) for path in MODULES}
    uses = {
        module(path): {
            name for name in every for said in imported(path) if f"{said}.".startswith(f"compliance.{name}.")
        }
        for path in MODULES
    }
    assert sorted(TopologicalSorter(uses).static_order()) == sorted(every)  # a CycleError names the circle


def screens_imported(path):
    """The folders of single pages that a file imports from."""
    folders = {folder.parent.name for folder in (ROOT / "compliance" / "screens").glob("*/__init__.py")}
    return {name.split(".")[2] for name in imported(path) if name.startswith("compliance.screens.")} & folders


def test_a_page_imports_nothing_of_another_page_and_what_pages_share_nothing_of_one():
    found = [
        f"{module(path)} imports screens.{name}"
        for path in MODULES
        if (parts := path.relative_to(ROOT / "compliance").parts)[0] == "screens"
        for name in sorted(screens_imported(path) - {parts[1]})
    ]
    assert found == []


def test_the_script_of_a_page_asks_for_its_permission_and_draws_that_page():
    shared = {
        f"compliance.{name}" for name in ("access.permissions.Permission", "screens.addressing", "screens.widgets")
    }
    for path in sorted((ROOT / "pages").glob("*.py")):
        assert {*imported(path)} == {*shared, f"compliance.screens.{path.stem}.page"}, path.stem
        assert len(path.read_text("utf-8").splitlines()) <= 10, path.stem


@pytest.mark.parametrize(
    ("package", "where"),
    [
        (
            "streamlit",
            {"app.py", "compliance/commands/server.py", *BENT, *UI},
        ),
        ("duckdb", {f"compliance/store/{name}.py" for name in ("database", "engine", "schema")}),
        ("plotly", {"compliance/drawing/plots.py", "compliance/drawing/plots_incidents.py"}),
        ("fastexcel", {"compliance/reading/workbooks.py"}),
        ("docx", {"compliance/report/writers/word.py"}),
        ("typst", {"compliance/report/writers/typesetting.py"}),
        ("zoneinfo", {"compliance/core/clock.py"}),
    ],
)
def test_a_library_is_known_in_one_place(package, where):
    pages = {path.relative_to(ROOT).as_posix() for path in THIN} if package == "streamlit" else set()
    assert sorted(users(package) - where - pages) == []


def test_only_one_room_knows_what_is_within_streamlit():
    within = {
        path.relative_to(ROOT).as_posix()
        for path in [*MODULES, *THIN]
        if any(name.startswith("streamlit.") for name in imported(path))
    }
    assert sorted(within - BENT) == []


def test_the_product_imports_neither_its_tests_and_tools_nor_what_makes_the_samples():
    assert MAKER
    assert sorted(users("data") | users("tests") | users("tools")) == []


def test_the_product_imports_only_what_a_release_brings():
    of = packages_distributions()
    names = {name.split(".")[0] for path in [*MODULES, *THIN] for name in imported(path)}
    others = names - {*sys.stdlib_module_names} - {"compliance"}
    assert [name for name in sorted(others) if not {*map(canonicalize_name, of.get(name, []))} & BROUGHT] == []


def test_only_one_module_reads_the_environment():
    reads = [module(p) for p in MODULES if re.search(r"\bos\.(environ|getenv)", p.read_text("utf-8"))]
    assert [name.split(".")[-1] for name in reads] == ["places"]


def test_nobody_waits_for_another_but_in_a_queue_of_persons():
    """A semaphore goes to whoever asks most, and a property of functools has one lock for everybody in Python 3.11."""
    one_for_all = re.compile(r"Semaphore|\bfunctools\b.*\bcached_property\b")
    assert [module(path) for path in MODULES if one_for_all.search(path.read_text("utf-8"))] == []


def test_only_the_store_knows_where_its_file_is():
    """Another kind of store is chosen in stores.py alone. A copy and the samples are files."""
    asks = [module(p) for p in MODULES if re.search(r"\b(own|sample)_database\b", p.read_text("utf-8"))]
    kinds = [module(p) for p in MODULES if any(f"{name}.".startswith("compliance.store.file.") for name in imported(p))]
    assert (asks, kinds) == (
        ["core.places", "store.stores"],
        ["demo.demo", "store.changes", "store.following", "store.shared", "store.stores"],
    )


@pytest.mark.live
def test_the_command_line_starts_without_what_it_does_not_use():
    heavy = ("pandas", "streamlit", "plotly", "openpyxl", "docx", "pptx", "typst")
    modules = (
        "compliance.commands.cli, compliance.commands.review, compliance.extracts.files, compliance.counting.figures"
    )
    code = f"import sys, {modules}; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_no_function_is_long():
    found = [
        f"{path.relative_to(ROOT)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in [*MODULES, *THIN, *MAKER, *TESTS]
        for node in statements(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= LONGEST
    ]
    assert found == []


def test_only_a_sentence_of_the_catalogue_has_stars_for_what_is_bold():
    """Elsewhere language.bold marks it: stars in a value are the user's own, and stay as they stand."""
    found = [
        f"{path.stem}:{node.lineno}"
        for path in [*MODULES, *THIN]
        for node in nodes(path)
        if isinstance(node, ast.JoinedStr)
        if any(isinstance(part, ast.Constant) and "**" in str(part.value) for part in node.values)
    ]
    assert found == []


def test_no_file_names_a_machine_of_its_makers():
    skipped = {".git", ".venv", "store", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
    folders = [b"/" + name + b"/" for name in (b"work", b"tmp/lab", b"root", b"home/user")]
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not skipped.intersection(path.relative_to(ROOT).parts)
        if any(folder in path.read_bytes() for folder in folders)
    ]
    assert found == []


# --- packages ----------------------------------------------------------------------------------------------------


def test_the_locks_hold_what_is_required_and_nothing_that_no_longer_is():
    asked, ours, theirs = (path.read_text("utf-8") for path in (REQUIREMENTS, PRODUCT, TOOLS))
    locked = pins(ours) | pins(theirs)
    assert {name: locked.get(name) for name in pins(asked)} == pins(asked), "run: make lock"
    assert direct(ours) == {*pins(product(asked))}, "run: make lock"
    assert direct(theirs) == {*pins(asked)} - {*pins(ours)}, "run: make lock"


# --- sources -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The columns of each table of a new database, in their order."""
    line = Line(tmp_path_factory.mktemp("house"))
    with line.database.writing():
        pass
    found = line.rows(
        "select table_name, column_name, data_type from duckdb_columns() order by table_name, column_index"
    )
    return {
        table: [(r["column_name"], r["data_type"].lower()) for r in found if r["table_name"] == table]
        for table in {r["table_name"] for r in found}
    }


def test_every_source_has_its_file_and_its_place():
    assert {path.stem for path in DECLARED.glob("*.toml")} == {*SOURCES}
    assert [source.order for source in SOURCES.values()] == list(range(1, len(SOURCES) + 1))


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_a_sources_table_has_the_columns_that_its_declaration_says(source, tables):
    there = tables[source.id]
    assert [name for name, _ in there[: len(BESIDE)]] == list(BESIDE)
    declared = [column for field in source.fields for column in table_columns(field)]
    assert sorted(there[len(BESIDE) :]) == sorted(declared)


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_a_sources_rows_are_told_apart_as_its_declaration_says(source):
    assert set(source.unique) <= {field.name for field in source.required}
    macros = without_comments(text_of("macros.sql"))
    found = re.search(rf"macro {source.id}_at\(as_of, known_at\) as(.*?);", macros + ";", re.S)
    assert found, f"macros.sql lacks {source.id}_at"
    keys = re.search(r"partition by i\.organisation_id, (.*?)\s+order by", found[1], re.S)
    assert re.findall(r"lower\(t\.(\w+)\)", keys[1] if keys else "") == list(source.unique)


def test_nothing_but_kept_macros_depends_on_which_sources_there_are():
    files = [path for path in QUERIES.rglob("*.sql") if PART.search(path.read_text("utf-8"))]
    assert {path.relative_to(QUERIES).as_posix() for path in files} == {"macros.sql", "sources.sql"} < {*MACRO_FILES}


def test_required_fields_are_never_read_from_a_list_alone():
    # what no list knows is kept and unknown: a code can be null, so nothing may rely on it being there
    assert [f.name for s in SOURCES.values() for f in s.fields if f.type == "word" and not f.words] == []


# --- points ------------------------------------------------------------------------------------------------------


def statement_of(point):
    """The point's statement with every macro beneath it, however deep."""
    macros = without_comments(text_of("macros.sql"))
    bodies = dict(re.findall(r"macro (\w+)\([^()]*\) as(.*?);", macros + ";", re.S))
    text, left = query("points", point.id).sql, set(bodies)
    while called := {name for name in left if re.search(rf"\b{name}\(", text)}:
        left -= called
        text += "".join(bodies[name] for name in sorted(called))
    return text


def reasons_in(sql):
    """The reason codes that a statement can give, as in `unmet('late')`."""
    return set(re.findall(r"\b(?:met|unmet|unknown|pending|exempt)\('(\w+)'", sql))


def words_in(sql):
    """Every word that stands in quotes."""
    return set(re.findall(r"'(\w+)'", sql))


def test_the_points_are_numbered_and_have_their_statements():
    assert [point.number for point in POINTS] == list(range(1, len(POINTS) + 1))
    assert sorted(point.id for point in POINTS) == sorted(names("points"))


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_every_reason_that_a_point_can_give_has_its_words(point):
    given = reasons_in(statement_of(point))
    assert given
    assert sorted(given - set(point.reasons)) == []
    assert [code for code in given if not (point.reasons[code].get("sv") and point.reasons[code].get("en"))] == []


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_what_is_done_is_said_of_every_reason_that_leaves_something(point):
    sql = statement_of(point)
    left = set(re.findall(r"\b(?:unmet|unknown)\('(\w+)'", sql))
    todo = load_todo(None)[point.id]
    assert [
        code for code in left - {COLUMN_MISSING} if not (todo.get(code, {}).get("sv") and todo[code].get("en"))
    ] == []
    assert sorted(set(todo) - set(point.reasons)) == []


def test_no_reason_is_declared_that_no_point_gives():
    common = set.intersection(*(set(point.reasons) for point in POINTS))
    named = {point.id: words_in(statement_of(point)) for point in POINTS}
    assert [(p.id, code) for p in POINTS for code in p.reasons if code not in common | named[p.id]] == []
    assert sorted(common - set.union(*named.values())) == []


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_every_parameter_of_a_point_has_a_value_on_every_day(point):
    asked = query("points", point.id).names - {"as_of", "known_at"}
    days = [date(2016, 1, 1), *(row["from"] for row in (*point.targets, *point.dated_parameters)), date(2030, 1, 1)]
    assert [
        (day, sorted(asked - set(point.parameters(day)))) for day in days if asked - set(point.parameters(day))
    ] == []


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_a_point_reads_the_sources_that_it_says(point):
    read = SOURCES.keys() & re.findall(r"\b(\w+)_at\(", statement_of(point))
    assert sorted(read) == sorted({*point.needs, *point.uses})


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_everything_that_is_shown_of_a_point_is_said_in_both_languages(point):
    texts = [point.title, point.short, point.question, point.items, point.fulfilled, point.rule]
    texts += [row["text"] for row in point.laws]
    assert point.laws
    assert [text for text in texts if not (text.get("sv") and text.get("en"))] == []
    assert all(0 < row["limit"] <= row["target"] <= 1 for row in point.targets)


def test_a_word_of_the_house_means_one_thing_and_a_function_is_no_participle():
    defined = [node.name for path in MODULES for node in tree(path).body if hasattr(node, "name")]
    assert [
        word for word in ("Moment", "Column", "Part", "Counts", "Effect", "folded") if defined.count(word) > 1
    ] == []
    assert {*defined} & {"of", "shown", "told", "said", "held", "_named", "_told", "_said", "_shown", "_held"} == set()


def test_a_statement_stands_in_the_first_room_that_runs_it():
    """By its name, which no two have; that of a declared statement may stand twice, in another folder."""
    files = [path for path in QUERIES.glob("*/*.sql") if path.parent.name not in queries.DECLARED]
    rooms = {path.stem: path.parent.name for path in files}
    assert len(rooms) == len(files)
    assert {*rooms.values()} <= {*ROOMS}
    called = re.compile(r"\b(?:statement|sections)\(\"(\w+)\"")
    users = {(module(path).split(".")[0], name) for path in MODULES for name in called.findall(path.read_text("utf-8"))}
    earlier = {(room, name) for room, name in users if name in rooms and ROOMS.index(room) < ROOMS.index(rooms[name])}
    assert earlier == set()


# The files with a statement that changes or removes rows: of tables of the moment, of the marks of upgrades, of what
# PostgreSQL has, to replace all of it. A register has statements of its own.
CHANGING = re.compile(r'["\'\s](delete from\b|truncate \{|update [a-z_{"]+\s+set\b)', re.IGNORECASE)
CHANGED = {
    "compliance/loading/matching.py", "compliance/store/copies.py", "compliance/store/schema.py",
    "compliance/store/shared.py", "queries/counting/pin_imports.sql", "queries/shared/forget_schema_files.sql",
}  # fmt: skip


def test_rows_of_the_store_are_only_added():
    """A copy of a shared store follows what is added: it would not see that a row was changed or removed."""
    files = [*MODULES, *(path for path in QUERIES.rglob("*.sql") if path.parts[-2] != "register")]
    found = {path.relative_to(ROOT).as_posix() for path in files if CHANGING.search(path.read_text("utf-8"))}
    assert found == CHANGED

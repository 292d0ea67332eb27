# ruff: noqa: E501 - a pack a line
"""Packs that mean harm, or are broken in a way that only running shows: each ends with a sentence, and soon."""

import re
from datetime import date

import pytest

from compliance.checking.checking import check_files
from compliance.checking.scaffold import new_pack
from compliance.checking.trying import MOST_TOLD
from tests.spent import spent

GOOD = new_pack("licences", "acme", today=date(2026, 12, 1))
POINT, SQL, SOURCE, EXAMPLE = "point.toml", "point.sql", "source.toml", "example.toml"
# What the limits let a check use of a processor.
MOST_SECONDS = 60

HEADER = """-- what: Which systems there are.
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns: columns.txt

"""
COLUMNS = {
    "organisation": "s.organisation",
    "unit": "s.unit",
    "item": "s.system",
    "label": "s.system",
    "outcome": "'met'",
    "reason": "cast(null as varchar)",
    "detail": "cast(null as varchar)",
    "due": "cast(null as date)",
    "lost": "false",
    "import_id": "s.import_id",
    "sheet": "s.sheet",
    "row": "s.row",
}
SYSTEMS = "systems_in_use_at(as_of := $as_of, known_at := $known_at)"
CASE = '''as_of = 2026-11-24
given.systems = """
system
{rows}
"""
expected = """
item # trap
Alfa # one
"""
'''


def statement(since=f"{SYSTEMS} as s", **other):
    columns = ", ".join(f"{text} as {name}" for name, text in (COLUMNS | other).items())
    return f"{HEADER}select {columns}\nfrom {since}\n"


ONE = CASE.format(rows="Alfa")


def plain(sql, example=ONE):
    """A pack with a statement over the register alone, that gives no reason."""
    point = re.sub(r"(?s)\n# Why an item is.*", "\n[reasons]\n", GOOD[POINT])
    point = re.sub(
        r'"systems", "licences"|reads = .*|parameters = .*', lambda m: '"systems"' if m[0][0] == '"' else "", point
    )
    return {POINT: point, SQL: sql, EXAMPLE: example}


def sentences(files, **more):
    begun = spent()
    found = [str(fault.sentence) for fault in check_files(files, origin="acme.licences", **more)]
    assert spent() - begun < MOST_SECONDS
    return found


def changed(file, was, becomes, files=GOOD):
    assert was in files[file]
    return files | {file: files[file].replace(was, becomes, 1)}


def test_a_plain_statement_has_no_faults():
    assert sentences(plain(statement())) == []


MANY = "\n".join(f"System {n}" for n in range(1_200))
ENDLESS = SYSTEMS.replace("in_use_", "")
HOSTILE = {
    "rows without end": (
        plain(
            statement(f"{SYSTEMS} as s", lost=f"(select count(*) > 0 from {ENDLESS} as a inner join {ENDLESS} as b using (organisation) inner join {ENDLESS} as c using (organisation) inner join {ENDLESS} as d using (organisation))"),
            CASE.format(rows=MANY),
        ),
        r"takes longer than 10\.0 seconds, and was stopped|DuckDB cannot run it: Out of Memory",
    ),
    "an example of many rows": (plain(statement(), CASE.format(rows=MANY.replace("\n", "\n\n\n") * 5)), "has 1 cases and 5997 rows. At most"),
    "an example that expects many rows": (
        plain(statement(), CASE.format(rows=MANY).replace("Alfa # one", "\n".join(f"Alfa {n} # one" for n in range(5_000)))),
        "has 1 cases and 6200 rows. At most",
    ),
    "rows that are all unlike": (
        plain(statement(), CASE.format(rows=MANY).replace("Alfa # one", "\n".join(f"Alfa {n} # one" for n in range(3_500)))),
        r"column item: found System \d+, expected Alfa 0",
    ),
    "many cases": (plain(statement(), ONE + "[[case]]\n" * 101), "has 101 cases"),
    "no case": (plain(statement(), ONE.replace("Alfa # one\n", "").replace("Alfa\n", "")), "No case expects an item"),
    "TOML 10,000 deep": (GOOD | {POINT: "a = " + "[" * 10_000}, "point.toml"),
    "a source 10,000 deep": (GOOD | {SOURCE: "a = " + "[" * 10_000}, "source.toml"),
    "an example 10,000 deep": (GOOD | {EXAMPLE: "a = " + "[" * 10_000}, "example.toml"),
    "NUL": (changed(SQL, "left join", "left\0join"), "The character U\\+0000 is none of a statement"),
    "hidden letters": (changed(SQL, "left join", "left \u202ejoin"), "The character U\\+202E is none of a statement"),
    "an id of a path": (changed(POINT, 'id = "licences"', 'id = "../../etc"'), "A name has only a–z, 0–9 and underscores"),
    "a publisher of a path": (changed(POINT, '"acme"', '"../acme"'), "A name has only a–z, 0–9 and underscores"),
    "an outcome": (plain(statement(outcome="'great'")), "The outcome of Alfa is great, which is none of exempt, met"),
    "a reason that is put together": (plain(statement(reason="'a' || 'b'")), "The reason of Alfa is ab, which point.toml does not declare"),
    "a number that no column holds": (plain(statement(), ONE.replace("system\n", "system | row\n").replace("Alfa\n", "Alfa | 99999999999999999999\n")), "DuckDB cannot run it: "),
    "a day that no column holds": (plain(statement(), ONE.replace("2026-11-24", "0001-01-01")), "example.toml: "),
    "no item": (plain(statement(item="nullif(s.system, 'Alfa')"), ONE.replace("item # trap", "item | lost # trap").replace("Alfa # one", " | false # one")), "An item lacks its id"),
    "an item twice": (plain(statement(item="'Alfa'"), CASE.format(rows="Alfa\nBeta").replace("# one", "# one\nAlfa # two")), "The item alfa of Förvaltningen is there twice"),
    "items that differ in their letters": (plain(statement(), CASE.format(rows="Alfa\nBeta").replace("Alfa # one", "alfa # one\nALFA # two")) | {SQL: statement(item="if(s.system = 'Alfa', 'alfa', 'ALFA')")}, "The item alfa of Förvaltningen is there twice"),
    "no label": (plain(statement(label="nullif(s.system, 'Alfa')")), "The item Alfa lacks its label"),
    "no reason": (plain(statement(outcome="'unmet'")), "The outcome of Alfa is unmet, and it has no reason"),
    "a day in no calendar": (plain(statement(due="date '9999-12-31' + 1")), "The day Alfa is due is in no calendar"),
    "a column that no source has": (plain(statement(outcome="'unknown'", reason="'column_missing'", detail="'colour'")), "A column is missing that is called colour"),
    "the row of another source": (changed(POINT, '"systems", "licences"', '"licences", "systems"'), "The row of Alfa is of systems. Name systems first under needs"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_pack_ends_with_a_sentence(files, sentence):
    found = sentences(files)
    assert any(re.search(sentence, each) for each in found), found
    assert len(found) <= MOST_TOLD


def with_text(*, compared):
    """The good pack with a text of its own by which it decides."""
    field = '\n[fields.kind]\ntitle = "Kind"\ntype = "text"\nheadings = ["Slag"]\n' + "compared = true\n" * compared
    files = GOOD | {SOURCE: GOOD[SOURCE] + field}
    files = changed(SQL, "        done,\n", "        done,\n        kind,\n", files)
    files = changed(
        SQL,
        "when l.done is null",
        "when l.kind = 'Undantag' then exempt('central')\n            when l.done is null",
        files,
    )
    files = changed(EXAMPLE, "system | done  | checked\n", "system | done  | checked    | kind\n", files)
    rows = re.findall(r"(?m)^(?:ALFA|Beta|Gamma|Delta|Zeta|Eta|Theta) +\|[^|]*\|[^|\n]*$", files[EXAMPLE])[:7]
    for row in rows:
        files = changed(EXAMPLE, f"{row}\n", f"{row} | {'Undantag' if row.startswith('Zeta') else ''}\n", files)
    return changed(EXAMPLE, "Zeta    | I drift   | Centralt       |", "Zeta    | I drift   |                |", files)


def test_a_text_that_decides_must_be_compared_for_a_year_package_to_hold_it():
    assert sentences(with_text(compared=True)) == []
    line = with_text(compared=False)[SOURCE].splitlines().index("[fields.kind]") + 1
    assert sentences(with_text(compared=False)) == [
        f"source.toml, line {line}: The point compares kind, and a year package holds no other text than such: "
        "write compared = true."
    ]


def test_a_text_of_the_product_that_no_package_holds_cannot_decide():
    files = plain(statement(f"{SYSTEMS.replace('in_use', 'described')} as s", lost="s.supplier = 'Acme'"))
    example = CASE.format(rows="Alfa | Acme").replace("system\n", "system | supplier\n")
    example = example.replace("item # trap", "item | lost # trap").replace("Alfa # one", "Alfa | true # one")
    [said] = sentences(files | {EXAMPLE: example})
    assert "The point compares systems.supplier, of which a year package holds no text" in said


@pytest.mark.exhaustive
def test_a_clause_that_no_example_notices_is_told_with_its_line():
    files = changed(EXAMPLE, "Zeta    | I drift   | Centralt ", "Zeta    | Planerad  | Centralt ")
    files = files | {EXAMPLE: re.sub(r"(?m)^Enhet Norr \| Zeta .*\n", "", files[EXAMPLE])}
    assert sentences(files) == []
    found = [str(fault.sentence) for fault in check_files(files, origin="acme.licences", thorough=True)]
    line = GOOD[SQL].splitlines().index("            when s.responsibility_code = 'central' then exempt('central')") + 1
    assert any(each.startswith(f"point.sql, line {line}: No example notices this change: drop when") for each in found)


# What stands where something else is expected.
ODD = (
    "1", '"x"', "[]", "{}", "true", "[1]", '["a"]', "{ a = 1 }", "[{}]", "[[]]", "2020-01-01", "1.5", "nan", "-1",
    "{ sv = 1, en = 2 }", "[{ from = 1 }]", '""', '"\\u0000"', "9" * 20, '{ one = { sv = "a", en = "b" } }',
    '"select"', "[{ from = 2018-01-01 }]", "2020-01-01T00:00:00",
)  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", [POINT, SOURCE, EXAMPLE])
def test_whatever_stands_for_a_value_is_answered_by_sentences(file, monkeypatch):
    """And never by an error that nobody foresaw. Of statements and examples only what is read is tried."""
    if file != EXAMPLE:
        monkeypatch.setattr("compliance.checking.trying.faults", lambda _pack, *, thorough: [])
    lines = GOOD[file].split("\n")
    for number, line in enumerate(lines):
        if not (key := re.match(r"[\w.]+ = ", line)):
            continue
        end = lines.index('"""', number + 1) if line.endswith('"""') else number
        for odd in ODD if file != EXAMPLE else ODD[:8]:
            text = "\n".join([*lines[:number], f"{key[0]}{odd}", *lines[end + 1 :]])
            for fault in check_files(GOOD | {file: text}, origin="acme.licences"):
                assert "another kind than expected" not in str(fault.sentence)

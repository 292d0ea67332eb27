"""The closed list: what the statement of a pack may say. Each statement is refused by the rule that is meant."""

import re

import pytest

from compliance.core.places import POINTS, QUERIES
from compliance.declarations import admitted, closed
from compliance.declarations.closed import Fault
from compliance.declarations.declared import read_toml
from compliance.declarations.given import Extent, Given, given, joined
from compliance.declarations.packs import STATEMENT, folder_files, product_packs, read_pack
from compliance.declarations.points import load_points
from compliance.declarations.queries import query, text_of
from compliance.declarations.sources import product_sources
from compliance.store import apart
from compliance.store.engine import opened
from tests.spent import spent

S = "systems_at(as_of := $as_of, known_at := $known_at)"
ITEM = (
    "organisation, unit, system as item, system as label, 'met' as outcome, null as reason, null as detail,"
    " null as due, false as lost, import_id, sheet, row"
)
GIVEN = Given(frozenset({"systems"}))
COMMON = frozenset(read_toml(POINTS)["reasons"])


def faults(sql: str, given_: Given = GIVEN) -> list[Fault]:
    return apart.faults(sql, given_)


def sentences(sql: str, given_: Given = GIVEN) -> list[str]:
    return [str(fault.why) for fault in faults(sql, given_)]


# --- What is let in -------------------------------------------------------------------------------------------------


# What these two gather is shown whole: cut off, a list of ids of fields could end within an id, and be shown as it is.
UNCUT = {"classification": 1, "dpia": 1}


@pytest.mark.parametrize("point", load_points(None), ids=lambda point: point.id)
def test_the_thirteen_points_are_let_in_but_for_two_texts_of_many_rows(point):
    told = [str(fault.why) for fault in faults(query("points", point.id).text, given(point, common=COMMON))]
    assert len(told) == UNCUT.get(point.id, 0)
    assert all("What string_agg makes is as long as all rows" in each for each in told)


@pytest.mark.parametrize("folder", product_packs(), ids=lambda folder: folder.name)
def test_the_packs_of_the_product_are_let_in(folder):
    files = folder_files(folder)
    point = read_pack(files, origin=folder.name).point
    assert faults(files[STATEMENT], given(point, common=COMMON)) == []


LET_IN = {
    "plain": f"select {ITEM} from {S}",
    "semi join": f"select {ITEM} from {S} as a semi join {S} as b on a.system = b.system",
    "an equality and more": f"select 1 from {S} as a left join {S} as b on lower(a.unit) = b.unit and a.row < b.row",
    # stopped in time where it runs
    "endless, and equal": f"select count(*) from {S} as a join {S} as b using (organisation) join {S} using (unit)",
    "a part named as a source": f"with systems as (select * from {S}) select * from systems",
    "materialized": f"with a as materialized (select * from {S}) select * from a",
    "a subquery of each row": f"select (select max(b.row) from {S} as b where b.system = a.system) from {S} as a",
    "exists": f"select 1 from {S} as a where exists (select 1 from {S} as b where b.system = a.system)",
    "a text of many rows, cut": f"select left(string_agg(system, ', ' order by system), 500) from {S} group by unit",
    "whether there is an export": "select * from chosen_imports('systems', as_of := $as_of, known_at := $known_at)",
    "a window": f"select row_number() over (partition by unit order by row) as n from {S} qualify n = 1",
    "first of an order": f"select first(system order by row) from {S} group by unit",
    "union": f"select system from {S} union all select supplier from {S} order by 1",
    "what is chosen": f"select case when row = 1 then 1 else 2 end, coalesce(unit, ''), unit in ('a', 'b') from {S}",
    "a list that is filtered": f"select list_filter(['a', 'b'], lambda word: contains(system, word)) from {S}",
    "in Swedish order": f"select system from {S} order by system collate sv",
    "a semicolon at its end": f"select system from {S};",
    "a comment in a line": f"select system -- the name\nfrom {S}",
    "lines of Windows": f"select system\r\nfrom {S}",
    "a parameter many times": f"select case\n  when $as_of > $as_of then 1 when $as_of < $as_of then 2 end from {S}",
    "36 brackets": "select " + "lower(" * 36 + "'a'" + ")" * 36,
}


@pytest.mark.parametrize("sql", LET_IN.values(), ids=LET_IN)
def test_a_statement_on_the_list_is_let_in(sql):
    assert sentences(sql) == []


# --- What is refused ------------------------------------------------------------------------------------------------

NONE_OF_THE_RELATIONS = "{} is none of the relations that this point may read"
NO_PART = "There is no part {} in the statement"
NO_FUNCTION = "{} is not let in. The functions that are:"
NOT_LET_IN = "{} is not let in. A point is made of"
PLACED = "{} has something with a full stop before its name"
MOMENT = "systems_at is called with (as_of := $as_of, known_at := $known_at), and nothing else."
JOIN = "A join is inner, left, semi or anti, and needs an equality"
ORDER = "{} needs an order by"
DOLLAR = "$ stands only before the name of a parameter"
EXPECTED = "Found {}, expected one select"
UNREADABLE = "DuckDB cannot read the statement"
MADE = "The texts that the statement makes are {} times as long as a cell"
DEEP = "Too much of the statement stands within each other"
REFUSED = {
    # files, the machine, the store
    "a file that is read": ("select * from read_csv('/etc/passwd')", NONE_OF_THE_RELATIONS.format("read_csv")),
    "a file as a table": ("select * from '/etc/passwd'", NO_PART.format("/etc/passwd")),
    "names of files": ("select * from glob('/home/*')", NONE_OF_THE_RELATIONS.format("glob")),
    "a file in a value": (f"select (select content from read_text('/etc/passwd')) from {S}", "read_text is none"),
    "the environment": (f"select getenv('SECRET') from {S}", NO_FUNCTION.format("getenv")),
    "secrets": ("select * from duckdb_secrets()", NONE_OF_THE_RELATIONS.format("duckdb_secrets")),
    "a setting": (f"select current_setting('home_directory') from {S}", NO_FUNCTION.format("current_setting")),
    "a variable": (f"select getvariable('moment') from {S}", NO_FUNCTION.format("getvariable")),
    "a pragma as a table": ("select * from pragma_database_list()", "pragma_database_list is none"),
    "the catalogue": ("select * from information_schema.tables", PLACED.format("tables")),
    "another source": ("select * from staff_at(as_of := $as_of, known_at := $known_at)", "staff_at is none"),
    "a relation of another source": (
        "select * from latest_classifications_at(as_of := $as_of, known_at := $known_at)",
        "latest_classifications_at reads classifications. Name it under needs or uses in point.toml.",
    ),
    "exports of another source": (
        "select * from chosen_imports('staff', as_of := $as_of, known_at := $known_at)",
        "chosen_imports reads staff",
    ),
    "the table of a source": ("select * from systems", NO_PART.format("systems")),
    "a table of the store": ("select content from frozen_reviews", NO_PART.format("frozen_reviews")),
    "a table in its schema": ("select * from main.systems", PLACED.format("systems")),
    "a table of another database": ("select * from other.main.systems", PLACED.format("systems")),
    "a variable of Python": ("select * from points", NO_PART.format("points")),
    "a statement in a text": ("select * from query('select 1')", NONE_OF_THE_RELATIONS.format("query")),
    "a table in a text": ("select * from query_table('frozen_reviews')", NONE_OF_THE_RELATIONS.format("query_table")),
    "a part in its own": ("with systems as (select * from systems) select * from systems", NO_PART.format("systems")),
    "a log": (f"select write_log(system) from {S}", NO_FUNCTION.format("write_log")),
    "an error of one's own": (f"select error(system) from {S}", NO_FUNCTION.format("error")),
    "a pause": (f"select pg_sleep(1000) from {S}", NO_FUNCTION.format("pg_sleep")),
    # another kind of statement
    "copy": ("copy (select 1) to '/tmp/x'", EXPECTED.format("copy")),
    "attach": ("attach '/tmp/x.duckdb'", EXPECTED.format("attach")),
    "set": ("set memory_limit = '100GB'", EXPECTED.format("set")),
    "pragma": ("pragma database_size", EXPECTED.format("pragma")),
    "call": ("call pragma_version()", EXPECTED.format("call")),
    "explain": ("explain analyze select 1", EXPECTED.format("explain")),
    "two statements": ("select 1; drop table systems", "Found 2 statements, expected one select"),
    "a statement behind a comment": ("select 1 /* ; */ -- \n; drop table x", "Found 2 statements"),
    "none": ("-- nothing", "Found 0 statements, expected one select"),
    "no SQL": ("SELEKT * FRÅN system", UNREADABLE),
    "pivot": (f"select * from (pivot {S} on system using count(*))", UNREADABLE),
    # of the kind of one that reads
    "insert in a part": (
        "with a as (insert into imports (import_id) values (1) returning *) select * from a",
        NOT_LET_IN.format("insert"),
    ),
    "delete in a part": ("with a as (delete from systems returning *) select * from a", NOT_LET_IN.format("delete")),
    "update in a part": (
        "with a as (update systems set system = 'x' returning *) select * from a",
        NOT_LET_IN.format("update"),
    ),
    "with recursive": (
        "with recursive a as (select 1 as n union all select n + 1 from a) select * from a",
        NOT_LET_IN.format("with recursive"),
    ),
    "describe": ("select * from (describe select 1)", NOT_LET_IN.format("describe, show or summarize")),
    "show": ("show tables", NOT_LET_IN.format("describe, show or summarize")),
    "summarize": ("summarize systems", NOT_LET_IN.format("describe, show or summarize")),
    "values": ("select * from (values (1)) as v(a)", NOT_LET_IN.format("values")),
    "cube": (f"select 1 from {S} group by cube(unit, system)", NOT_LET_IN.format("grouping sets, rollup, cube")),
    "union by name": (f"select unit from {S} union by name select system from {S}", NOT_LET_IN.format("union by name")),
    # without end
    "range": ("select * from range(100000000000)", NONE_OF_THE_RELATIONS.format("range")),
    "a series": ("select * from generate_series(1, 100000000000)", "generate_series is none"),
    "a list as rows": ("select * from unnest([1, 2, 3])", NONE_OF_THE_RELATIONS.format("unnest")),
    "a list as rows of each row": (f"select unnest([1, 2, 3]) from {S}", NO_FUNCTION.format("unnest")),
    "a long list": (f"select len(range(2000000000)) from {S}", NO_FUNCTION.format("range")),
    "a text many times": (f"select repeat('x', 2000000000) from {S}", NO_FUNCTION.format("repeat")),
    "a text that is filled": (f"select lpad('x', 2000000000, 'y') from {S}", NO_FUNCTION.format("lpad")),
    "cross join": (f"select 1 from {S} as a cross join {S} as b", JOIN),
    "a comma": (f"select 1 from {S} as a, {S} as b", JOIN),
    "join on true": (f"select 1 from {S} as a join {S} as b on true", JOIN),
    "join on itself": (f"select 1 from {S} as a join {S} as b on a.system = a.supplier", JOIN),
    "join on less": (f"select 1 from {S} as a join {S} as b on a.system < b.system", JOIN),
    "join on one of two": (f"select 1 from {S} as a join {S} as b on a.system = b.system or true", JOIN),
    "join on something of both": (
        f"select 1 from {S} as a left join {S} as b on a.unit = b.unit and a.system || b.system > 'x'",
        "In on, each side of a comparison is of one relation",
    ),
    "join on something of both, or else": (
        f"select 1 from {S} as a semi join {S} as b on a.unit = b.unit and (not contains(a.system, b.system) or true)",
        "In on, each side of a comparison is of one relation",
    ),
    "natural join": (f"select 1 from {S} as a natural join {S} as b", JOIN),
    "positional join": (f"select 1 from {S} as a positional join {S} as b", JOIN),
    "asof join": (f"select 1 from {S} as a asof join {S} as b on a.system = b.system and a.row >= b.row", JOIN),
    "full join": (f"select 1 from {S} as a full join {S} as b using (system)", JOIN),
    "lateral": (f"select 1 from {S} as a, lateral (select * from {S} as b where b.system <> a.system)", JOIN),
    "parts that double": (
        f"with a0 as (select system as x from {S}), "
        + ", ".join(f"a{n} as (select x || x as x from a{n - 1})" for n in range(1, 25))
        + " select x from a24",
        MADE.format(33554430),
    ),
    "columns that double": (
        "select system as x0, " + ", ".join(f"x{n} || x{n} as x{n + 1}" for n in range(24)) + f" from {S}",
        MADE.format(33554430),
    ),
    "many texts together": ("select concat_ws('', " + ", ".join(["system"] * 400) + f") from {S}", MADE.format(400)),
    "many texts beside each other": (
        "select " + ", ".join(f"upper(system) as a{n}" for n in range(150)) + f" from {S}",
        MADE.format(150),
    ),
    "lists that double": (
        f"with a0 as (select ['', '', '', ''] as x from {S}), "
        + ", ".join(f"a{n} as (select x + x as x from a{n - 1})" for n in range(1, 20))
        + " select x from a19",
        "The texts that the statement makes are",
    ),
    "a text of all rows": (
        f"select string_agg(system, ', ') as x from {S}",
        "What string_agg makes is as long as all rows",
    ),
    "a text of all rows, cut later": (
        f"with a as (select string_agg(system, ', ') as x from {S}) select left(x, 10) from a",
        "What string_agg makes is as long as all rows",
    ),
    "rows that double": (
        f"with a0 as (select system from {S}), "
        + ", ".join(f"a{n} as (select * from a{n - 1} union all select * from a{n - 1})" for n in range(1, 30))
        + " select * from a29",
        "With the parts that are read several times the statement reads exports 536870912 times",
    ),
    "joins of joins": (
        f"with a0 as (select system from {S}), "
        + ", ".join(f"a{n} as (select x.* from a{n - 1} as x join a{n - 1} as y using (system))" for n in range(1, 12))
        + " select * from a11",
        "the statement reads exports 2048 times",
    ),
    "many unions": (" union all ".join([f"select system from {S}"] * 60), "The statement names exports 60 times"),
    "many joins": (
        f"with a as (select system from {S}) select 1 from a "
        + " ".join(f"join a as b{n} using (system)" for n in range(20)),
        "The statement has 20 joins. At most 12",
    ),
    "a pattern": (f"select regexp_matches(system, supplier) from {S}", NO_FUNCTION.format("regexp_matches")),
    "a pattern that counts": (
        f"select system ~ '((a{{1000}}){{1000}})*' from {S}",
        NO_FUNCTION.format("~"),
    ),
    "like": (f"select system like '%a%b%c%d%' from {S}", NO_FUNCTION.format("like")),
    "not ilike": (f"select system not ilike '%a%' from {S}", NO_FUNCTION.format("not ilike")),
    "like with a sign": (f"select system like 'a!%' escape '!' from {S}", NO_FUNCTION.format("like … escape")),
    "like as DuckDB writes it": (f"select system ~~ 'a%' from {S}", NO_FUNCTION.format("~~")),
    "similar to": (f"select system similar to 'a' from {S}", NO_FUNCTION.format("similar to")),
    "a span": (f"select interval '1' day from {S}", NO_FUNCTION.format("interval")),
    "a row": (f"select (system, unit) from {S}", NO_FUNCTION.format("(…, …)")),
    "a lambda": (f"select list_transform([system], lambda x: x) from {S}", NO_FUNCTION.format("list_transform")),
    "a lambda within another": (
        f"select list_filter([system], lambda a: len(list_filter([unit], lambda b: a = b)) > 0) from {S}",
        "Write list_filter(list, lambda name: condition), and not within another.",
    ),
    "a lambda for each of many": (
        f"select list_filter([{', '.join(['unit'] * 50)}], lambda a: lower(system) = a) from {S}",
        "The texts that the statement makes are",
    ),
    "many words in a text": (
        f"select says(system, [{', '.join(['unit'] * 50)}], ['ej']) from {S}",
        "The texts that the statement makes are",
    ),
    "an arrow": (
        f"select list_filter([system], x -> true) from {S}",
        "Write list_filter(list, lambda name: condition)",
    ),
    "a comprehension": (f"select [x for x in [system]] from {S}", NO_FUNCTION.format("[… for … in …]")),
    # another answer another time
    "the day of the machine": (f"select current_date from {S}", "current_date is of the machine. The day is $as_of."),
    "the user": (f"select user from {S}", "user is of the machine"),
    "now": (f"select now() from {S}", NO_FUNCTION.format("now")),
    "chance": (f"select random() from {S}", NO_FUNCTION.format("random")),
    "a sample": (f"select system from {S} using sample 10%", "A sample is not let in"),
    "a sample of a relation": (f"select system from {S} tablesample 10%", "A sample is not let in"),
    "limit": (f"select system from {S} limit 1", "limit and offset are not let in"),
    "a version": ("select * from systems at (version => 1)", NOT_LET_IN.format("at clause")),
    "first, of no order": (f"select first(system) from {S}", ORDER.format("first")),
    "a number of no order": (f"select row_number() over (partition by unit) from {S}", ORDER.format("row_number")),
    "one of each, of no order": (f"select distinct on (unit) system from {S}", ORDER.format("distinct on")),
    "another day": ("select * from systems_at(as_of := date '2020-01-01', known_at := $known_at)", MOMENT),
    "a day without its name": ("select * from systems_at($as_of, $known_at)", MOMENT),
    "a day that is asked for": ("select * from systems_at(as_of := (select 1), known_at := $known_at)", MOMENT),
    "the day as the moment": ("select * from systems_at(as_of := $known_at, known_at := $as_of)", MOMENT),
    "one argument more": ("select * from systems_at(as_of := $as_of, known_at := $known_at, x := 1)", MOMENT),
    "ordinality": (
        "select * from systems_at(as_of := $as_of, known_at := $known_at) with ordinality",
        NOT_LET_IN.format("with ordinality"),
    ),
    # parameters and texts that are filled in
    "a parameter that nobody gives": (f"select $secret from {S}", "Nobody gives $secret"),
    "a parameter of no name": (f"select ? from {S}", UNREADABLE),
    "a parameter in a text": (f"select '$as_of || getenv(1)' from {S}", DOLLAR),
    "a parameter in a name": (f'select system as "$as_of" from {S}', DOLLAR),
    "a parameter in a comment": (f"select system /* $as_of */ from {S}", DOLLAR),
    "a text between dollars": (f"select $$ ; drop table x $$ from {S}", DOLLAR),
    "a text over two lines": (f"select 'a\nb' from {S}", "A text goes on over the end of its line"),
    "a text that a comment opens": (f"select 'a\n-- '\n, ' , getenv(1), '\n from {S}", UNREADABLE),
    "an end within": (f"select system from {S}; -- the end", "A semicolon or a comment ends the statement too early"),
    # names that are not what they seem
    "a part named as a relation": (
        f"with systems_in_use_at as (select 1) select * from {S}",
        "is called as a relation is",
    ),
    "a function in its schema": (f"select system.main.lower(system) from {S}", PLACED.format("lower")),
    "a method": (f"select system.getenv() from {S}", PLACED.format("getenv")),
    "a type of the catalogue": (f"select cast(system as regclass) from {S}", "The type regclass is not let in"),
    "a list as a type": (f"select cast(system as varchar[]) from {S}", "The type list is not let in"),
    "a type with fields": (f"select cast(system as struct(a varchar)) from {S}", "The type struct is not let in"),
    "a collation": (f"select system from {S} order by system collate de", "The collation de is not let in"),
    "columns by a pattern": (f"select columns('.*') from {S}", "columns(…) is not let in"),
    "try": (f"select try(system + 1) from {S}", NOT_LET_IN.format("try")),
    "the state of an aggregate": (f"select sum(row) export_state from {S}", NO_FUNCTION.format("sum")),
    "an invisible letter": (f"select s\u200bystem from {S}", "The character U+200B is none of a statement"),
    "a soft hyphen": (f"select s\u00adystem from {S}", "The character U+00AD is none of a statement"),
    "from right to left": (f"select system /* \u202e */ from {S}", "The character U+202E is none of a statement"),
    "nul": ("select 1 \0", "The character U+0000 is none of a statement"),
    "a line of its own kind": ("select 1 \x85 -- x", "The character U+0085 is none of a statement"),
    "a return without its line": ("select 1 -- \r, getenv('x')", "The character U+000D is none of a statement"),
    # places where something could stand unseen
    "in order by": (f"select system from {S} order by (select content from frozen_reviews)", "no part frozen_reviews"),
    "in filter": (f"select count(*) filter (where exists (from read_csv('/x'))) from {S}", "read_csv is none"),
    "in the order of a window": (
        f"select max(system) over (order by getenv('x')) from {S}",
        NO_FUNCTION.format("getenv"),
    ),
    "in the frame of a window": (
        f"select max(row) over (order by row rows getenv('x') preceding) from {S}",
        NO_FUNCTION.format("getenv"),
    ),
    "in the order of an aggregate": (f"select max(unit order by getenv('x')) from {S}", NO_FUNCTION.format("getenv")),
    "in group by": (f"select 1 from {S} group by getenv('x')", NO_FUNCTION.format("getenv")),
    "in distinct on": (f"select distinct on (getenv('x')) unit from {S} order by 1", NO_FUNCTION.format("getenv")),
    "in on": (
        f"select 1 from {S} as a join {S} as b on a.unit = b.unit and getenv('x') = ''",
        NO_FUNCTION.format("getenv"),
    ),
    "in replace": (f"select * replace (getenv('x') as unit) from {S}", NO_FUNCTION.format("getenv")),
    "in having": (f"select system from {S} group by all having getenv('x') = ''", NO_FUNCTION.format("getenv")),
    "in qualify": (f"select system from {S} qualify getenv('x') = ''", NO_FUNCTION.format("getenv")),
    "in any": (f"select system = any(select content from frozen_reviews) from {S}", "no part frozen_reviews"),
    "in in": (f"select system in (select content from frozen_reviews) from {S}", "no part frozen_reviews"),
    "in between": (f"select row between 1 and getenv('x') from {S}", NO_FUNCTION.format("getenv")),
    "in a condition": (f"select case when getenv('x') = '' then 1 end from {S}", NO_FUNCTION.format("getenv")),
    "in a cast": (f"select cast(getenv('x') as date) from {S}", NO_FUNCTION.format("getenv")),
    "in a collation": (f"select getenv('x') collate sv from {S}", NO_FUNCTION.format("getenv")),
    "in a lambda": (f"select list_filter([unit], lambda a: getenv(a) = '') from {S}", NO_FUNCTION.format("getenv")),
    "in a part that nobody reads": (f"with a as (select getenv('x')) select 1 from {S}", NO_FUNCTION.format("getenv")),
    "in an argument with a name": (f"select lower(x := getenv('x')) from {S}", NO_FUNCTION.format("getenv")),
    # too much of it
    "brackets": ("select " + "(" * 5000 + "1" + ")" * 5000, "The statement has 5000 brackets. At most 600 are read."),
    "brackets within each other": ("select " + "(" * 50 + "1" + ")" * 50, "Brackets stand 50 deep"),
    "brackets that close before": ("select ')))', " + "(" * 50 + "1" + ")" * 50, "Brackets stand 50 deep"),
    "not not": ("select " + "not " * 3000 + "true", UNREADABLE),
    "case in case": ("select " + "case when true then " * 700 + "1" + " end" * 700, DEEP),
    "joins": ("select 1 from a " + " ".join(f"join a as b{n} using (x)" for n in range(600)), DEEP),
    "a value before when": (f"select case system when 'a' then 1 end from {S}", "case is let in as “case when a = 1"),
    "values before when": (
        "select " + "case " * 200 + "a" + " when 1 then 2 when 3 then 4 end" * 200,
        "case is let in as “case when a = 1 then …”, with nothing before when.",
    ),
    "columns that name the one before twice": (
        "select row as a0, " + ", ".join(f"(a{n} = a{n}) as a{n + 1}" for n in range(30)) + f" from {S}",
        "With what names and macros stand for in their place, the statement has",
    ),
    "parts that name the one before twice": (
        f"with a0 as (select row > 1 as a from {S}), "
        + ", ".join(f"a{n + 1} as (select a = a as a from a{n})" for n in range(30))
        + " select a from a30 where a",
        "With what names and macros stand for in their place, the statement has",
    ),
    "macros within macros": (
        "select " + "happened(" * 20 + "date '2026-01-01'" + ", $as_of)" * 20 + f" from {S}",
        "With what names and macros stand for in their place, the statement has",
    ),
    "a long sum": ("select " + "+".join(["1"] * 9000), UNREADABLE),
    "many columns": ("select " + ", ".join(["1"] * 6000), "The statement has 6002 words and signs"),
    "many of a list": ("select 1 in (" + ", ".join(["1"] * 6000) + ")", "The statement has 6004 words and signs"),
    "a long file": ("select 1, -- " + "x" * 30000, "The statement has 30013 characters. At most 20000 are read."),
}


@pytest.mark.parametrize(("sql", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_statement_is_refused_by_the_rule_that_is_meant(sql, rule):
    began = spent()
    assert rule in "\n".join(sentences(sql))
    assert spent() - began < 2


TOKEN = re.compile(r"'[^']*'|\$?\w+|:=|\|\||[^\s\w]")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "unseen", ["(select getenv('x'))", "$secret", "(from frozen_reviews)", "unnest(range(9))::text"]
)
@pytest.mark.parametrize("point", load_points(None), ids=lambda point: point.id)
def test_nothing_can_stand_unseen_at_any_place_of_a_point(point, unseen):
    sql, asked = closed.text_of(query("points", point.id).text).sql, given(point, common=COMMON)
    for token in TOKEN.finditer(sql):
        for begin in token.span():
            changed = f"{sql[:begin]} {unseen} {sql[token.end() :]}"
            assert any(not fault.idle for fault in faults(changed, asked)), changed


# --- What the point declares ----------------------------------------------------------------------------------------

JUDGED = f"select unmet('plan_missing'), $interval_months from {S}"
DECLARED = Given(frozenset({"systems"}), {"interval_months": Extent()}, frozenset({"plan_missing"}))


def test_what_is_declared_and_used_is_let_in():
    assert sentences(JUDGED, DECLARED) == []


UNDECLARED = {
    "a reason of a column": ("unmet(system)", "The reason of unmet is written as a text: unmet('no_information')."),
    "a reason of nobody": (
        "unmet('nobody')",
        "The reason nobody is not declared. Declare it under reasons in point.toml",
    ),
    "a reason by its name": ("unmet(reason := 'nobody')", "The reason nobody is not declared"),
}


@pytest.mark.parametrize(("said", "rule"), UNDECLARED.values(), ids=UNDECLARED)
def test_a_reason_must_be_declared(said, rule):
    assert rule in "\n".join(sentences(f"select {said}, {JUDGED.removeprefix('select ')}", DECLARED))


def test_what_is_declared_must_be_used():
    assert sentences(f"select system from {S}", DECLARED) == [
        "The parameter interval_months of point.toml is not used. Leave it out there, or use $interval_months.",
        "The reason plan_missing of point.toml is given to no item. Leave it out there, or use it.",
    ]


@pytest.mark.parametrize("name", ["days", "most", "as_of", "as_of_next", "limit2", "Limit"])
def test_a_parameter_has_a_name_that_stands_nowhere_around_a_statement(name):
    declared = Given(GIVEN.sources, {name: Extent()})
    assert f"No parameter can be called {name}" in "\n".join(sentences(f"select ${name} from {S}", declared))


def test_a_fault_is_told_with_its_line_in_the_file():
    file = f"-- what: x\n-- grain: y\n\n-- a comment\nselect system,\n  -- and another\n  getenv('x')\nfrom {S}\n"
    (fault,) = faults(file)
    assert fault.line == 7


def test_a_long_parameter_counts_as_a_text():
    long = Given(GIVEN.sources, {"words": joined(*[Extent(1.0)] * 100)})
    assert (
        "The texts that the statement makes are"
        in sentences(f"select list_filter($words, lambda w: w = lower(unit)) from {S}", long)[0]
    )


# --- The header -----------------------------------------------------------------------------------------------------

HEADER = """\
-- what: which systems have a plan
-- grain: one row a system in use
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often it is tested
-- columns: columns.txt

select 1
"""


@pytest.mark.parametrize("point", load_points(None), ids=lambda point: point.id)
def test_the_header_of_the_thirteen_points_is_let_in_but_for_a_table_of_law(point):
    file = (QUERIES / "points" / f"{point.id}.sql").read_text("utf-8")
    assert [fault.line for fault in closed.of_header(file)] == ([6] if "stages (struct" in file else [])


@pytest.mark.parametrize("folder", product_packs(), ids=lambda folder: folder.name)
def test_the_header_of_the_packs_of_the_product_is_let_in(folder):
    assert [*closed.of_header(folder_files(folder)[STATEMENT])] == []


@pytest.mark.parametrize(
    ("line", "now", "expected"),
    [
        (1, "-- which systems have a plan", "-- what: which"),
        (2, "-- parameters:", "-- grain: one row"),
        (3, "-- given:", "-- parameters:"),
        (4, "--   as_of (varchar): the day", "-- columns: columns.txt"),
        (5, "--   known_at (timestamp); drop table x (a): b", "-- columns: columns.txt"),
        (6, "--   interval_months (integer) as date) || cast(1): x", "-- columns: columns.txt"),
        (6, "--   interval_months (regclass): x", "-- columns: columns.txt"),
        (6, "--   interval_months: x", "-- columns: columns.txt"),
        (6, "--   interval_months (integer): ", "-- columns: columns.txt"),
        (7, "-- columns: ../../secrets.txt", "-- columns: columns.txt"),
        (7, "-- columns:", "-- columns: columns.txt"),
        (8, "-- for each source", "an empty line"),
        (8, "select 2", "an empty line"),
    ],
)
def test_a_line_of_a_header_that_is_none_is_told_with_what_is_expected(line, now, expected):
    lines = HEADER.splitlines()
    lines[line - 1] = now
    (fault,) = closed.of_header("\n".join(lines))
    assert fault.line == line
    assert str(fault.why).startswith(f"Expected is: {expected}")


@pytest.mark.parametrize("file", ["", "select 1", "-- what: a", HEADER.split("\n\n")[0]])
def test_a_header_may_be_missing_or_end_too_early(file):
    assert len([*closed.of_header(file)]) == (0 if file.startswith("-- what: which") else 1)


# --- The lists ------------------------------------------------------------------------------------------------------

MACRO = re.compile(r"^create or replace macro (\w+)\((.*?)\) as( table)?\b(.*?);$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def macros() -> dict[str, tuple[list[str], str]]:
    """The arguments and the text of each macro of the product."""
    found = MACRO.findall(text_of("macros.sql") + "\n" + text_of("values.sql"))
    return {
        name: ([each.split(":=")[0].strip() for each in arguments.split(",")], body)
        for name, arguments, _, body in found
    }


def sources_of(name: str, macros: dict[str, tuple[list[str], str]]) -> set[str]:
    """The sources that a macro reads, by itself or through others."""
    named = set(re.findall(r"\b(\w+)\(", macros[name][1])) & macros.keys() - {name}
    own = {word.removesuffix("_at") for word in named} & product_sources().keys()
    return own.union(*(sources_of(each, macros) for each in named if each.removesuffix("_at") not in own))


@pytest.mark.parametrize("name", admitted.RELATIONS)
def test_a_relation_reads_the_sources_that_it_is_let_in_with(name, macros):
    relation = admitted.RELATIONS[name]
    assert sources_of(name, macros) == relation.sources
    assert macros[name][0] == [*admitted.MOMENT, *relation.asked]


def test_every_macro_that_is_let_in_exists(macros):
    assert macros.keys() >= admitted.MACROS | admitted.TEXT_MACROS


def times(node, name: str, macros: dict[str, tuple[list[str], str]]) -> int:
    """How often an expression names something, with the macros that it names it in written out."""
    if isinstance(node, list):
        return sum(times(each, name, macros) for each in node)
    if not isinstance(node, dict):
        return 0
    if node.get("class") == "COLUMN_REF":
        return int(name in node["column_names"])
    called = node.get("function_name")
    if called not in macros:
        return sum(times(each, name, macros) for each in node.values())
    return sum(
        times(each["expression"], name, macros) * named(each["name"] or macros[called][0][place], called, macros)
        for place, each in enumerate(node["arguments"])
    )


def named(argument: str, macro: str, macros: dict[str, tuple[list[str], str]]) -> int:
    return times(apart.described(f"select {macros[macro][1]}").node["select_list"], argument, macros)


@pytest.mark.parametrize("macro", sorted(admitted.MACROS | admitted.TEXT_MACROS | admitted.SPELLING))
def test_a_macro_names_what_it_is_given_as_often_as_is_counted(macro, macros):
    most = max(named(argument, macro, macros) for argument in macros[macro][0])
    assert most <= admitted.NAMING.get(macro, 1)


def test_a_function_that_is_let_in_gives_the_same_each_time():
    """But of moments with a time zone, which no statement can come by."""
    asked = "select function_name, stability, parameter_types from duckdb_functions() where stability is not null"
    with opened(":memory:") as cursor:
        found = cursor.execute(asked).fetchall()
    zoned = {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"}
    changing = {name for name, kind, types in found if kind != "CONSISTENT" and not zoned.intersection(types)}
    assert not changing & (admitted.FUNCTIONS | admitted.AGGREGATES | admitted.WINDOWS)

"""A small organisation with a review, of which points of packs are a part: one of systems, and one about persons."""

from datetime import date
from pathlib import Path
from typing import Any

from compliance.declarations.packs import Pack, read_pack
from compliance.store import installing, packs
from tests import packed
from tests.reviewed import SYSTEMS, Reviewed, at

DAY = date(2026, 11, 20)
# The systems of `tests.reviewed`, of which the first are critical; what they have, and what the consultants signed.
CRITICAL = "\n".join(
    f"{row.rstrip()} | {cell}"
    for row, cell in zip(SYSTEMS.strip().splitlines(), ("Verksamhetskritiskt", "Hög", "Ja", "Nej", "?"), strict=True)
)
PLANS = """
System       | Kontinuitetsplan | Senast övad
ALFA         | Ja               | 2026-06-01
Betaportalen | Ja               | 2024-06-01
"""
SIGNED = """
AD-konto | Enhet | Undertecknad
p1       | Norr  | 2026-01-01
x7       | Norr  | 2026-01-01
x8       | Söder | 2019-01-01
"""
# A point about persons, of whom some are in no staff list.
POINT = """
publisher = "others"
id = "consultants"
version = "1"
product = ">=1.0"
checked_by = "HR"
next_review = 2027-12-31
title = { sv = "Konsulter", en = "Consultants" }
short = { sv = "Konsulter", en = "Consultants" }
question = { sv = "Har konsulterna skrivit under?", en = "Have consultants signed?" }
items = { sv = "konsulter", en = "consultants" }
fulfilled = { sv = "konsulter har skrivit under", en = "consultants have signed" }
rule = { sv = "Räknar konsulter.", en = "Counts consultants." }
persons = true
needs = ["consultants"]
targets = [{ from = 2018-01-01, target = 0.95, limit = 0.80 }]
parameters = [{ from = 2018-01-01, validity_months = 36 }]
[reasons]
expired = { sv = "För gammal", en = "Too old" }
"""
STATEMENT = """-- what: Who has signed.
-- grain: one row a person
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   validity_months (integer): how long it is valid
-- columns: columns.txt

with judged as (
    select
        *,
        case when months_after(signed, $validity_months) >= $as_of then met() else unmet('expired') end as judgement
    from consultants_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    employee_id as item,
    employee_id as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(null as date) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged
"""
SOURCE = """
id = "consultants"
order = 401
title = { sv = "Konsulter", en = "Consultants" }
system = { sv = "HR", en = "HR" }
called = ["konsult"]
unique = []
key = ["employee_id"]
rhythm_days = 92
[fields.employee_id]
title = "Employee id"
type = "id"
person = true
refers_to = "staff.employee_id"
required = true
headings = ["AD-konto"]
[fields.unit]
title = "Unit"
type = "text"
names = "unit"
compared = true
headings = ["Enhet"]
[fields.signed]
title = "Signed"
type = "date"
required = true
headings = ["Undertecknad"]
"""
CONSULTANTS = {"point.toml": POINT, "point.sql": STATEMENT, "source.toml": SOURCE, "example.toml": "as_of = 2026-01-01"}


def continuity() -> Pack:
    """The product's pack."""
    (found,) = [each for each in packed.every_pack() if each.point.id == "continuity"]
    return found


def consultants() -> Pack:
    """The pack of others."""
    return read_pack(CONSULTANTS, origin="others.consultants")


def changed(each: Pack, *, version: str, rule: tuple[str, str]) -> Pack:
    """Another version of a pack, whose rule counts otherwise."""
    point = each.files["point.toml"].replace('version = "1.0"', f'version = "{version}"')
    files = {**each.files, "point.toml": point, "point.sql": each.files["point.sql"].replace(*rule)}
    assert files["point.sql"] != each.files["point.sql"]
    return read_pack(files, origin=each.name)


def install(line: Reviewed, each: Pack) -> None:
    """Install a pack, or a version of it, unchecked."""
    line.wait()
    with line.database.writing() as cursor:
        installing.install(cursor, each, who="test")


def switch(line: Reviewed, each: Pack, *, on: bool = True, from_day: date = date(2026, 1, 1)) -> None:
    """Have a pack be on or off from a day on."""
    line.wait()
    options: dict[str, Any] = {"on": on, "from_day": from_day, "as_of": DAY, "who": "test"}
    with line.database.writing() as cursor:
        installing.switch(cursor, each.name, "Förvaltningen", **options)


def drafted(folder: Path, *more: Pack) -> Reviewed:
    """A draft in a folder, in which the points of the packs are discussed too; its database is closed."""
    line = at("draft", folder)
    with line.held():
        every = (continuity(), consultants(), *more)
        for each in every:
            install(line, each)
            switch(line, each)
        with line.database.cursor() as cursor:
            line.sources = packs.declared(cursor, None).sources
        tables = {"systems": CRITICAL, **{each.point.id: SIGNED if each.point.persons else PLANS for each in every}}
        for source, table in tables.items():
            line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2026, 11, 2))
        for each in every:
            line.write(line.review(), "comment", each.point.id, f"Om {each.point.id}.")
            line.write(line.review(), "assessment", each.point.id, "partly")
    return line


def broken() -> Pack:
    """A pack whose statement answers what are no items."""
    texts = {name: text.replace("consultants", "rooms").replace("Kons", "Rum") for name, text in CONSULTANTS.items()}
    nameless = texts["point.sql"].replace("employee_id as item", "nullif(employee_id, employee_id) as item")
    return read_pack(texts | {"point.sql": nameless}, origin="others.rooms")

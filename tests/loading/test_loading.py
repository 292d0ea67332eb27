"""Loading a file, all of it or nothing, and revoking an import without forgetting it."""

from datetime import date, datetime, timedelta

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.counting.assessing import coverage
from compliance.loading.loading import AlreadyLoaded, rename_organisation, revoke
from compliance.reading import mapping, markers
from compliance.reading.mapping import ColumnMapping
from compliance.store import register
from compliance.store.database import EVERYTHING_KNOWN, rows
from tests import line as lines
from tests.files import xlsx
from tests.layers import first_of
from tests.line import NOON, POINTS, Line, read_here

HEAD = "AD-konto | Enhet | Anställningsdatum"
INCIDENTS = POINTS[10]
# No other has a basis here: the staff lists are not followed by courses.
MEASURED = tuple(point for point in POINTS if {*point.needs} == {"incidents"})
OCTOBER, NOVEMBER, LATER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 24)
# Point 11: what is closed counts.
CASES = "Ärendenummer | Enhet | Upptäckt | Rubrik | Avslutad | Orsak | Åtgärd"
CLOSED = "2026-02-01 | x | 2026-02-03 | slarv | rättat"


@pytest.fixture
def fresh(tmp_path):
    """A line whose database is not there yet."""
    return Line(tmp_path)


def staff(*names):
    return "\n".join([HEAD, *(f"{name} | A | 2024-01-01" for name in names)])


def incidents(*ids, days=CLOSED):
    return "\n".join([CASES, *(f"{case} | A | {days}" for case in ids)])


def figures(line, as_of=LATER, known_at=EVERYTHING_KNOWN, points=MEASURED):
    """All that the points with a basis say on a day."""
    with line.database.cursor() as cursor:
        found = coverage(cursor, points, days=[as_of], known_at=known_at, level="organisation")
    return [(f.point.number, f.organisation, f.met, f.unmet, f.unknown, f.pending, f.exempt, f.basis) for f in found]


def met(line, **when):
    return [figure[2] for figure in figures(line, points=(INCIDENTS,), **when)]


def everything(line):
    """Every row of every table."""
    with line.database.cursor() as cursor:
        tables = [row["table_name"] for row in rows(cursor, "select table_name from duckdb_tables() order by 1")]
        return {name: rows(cursor, f"from {name}") for name in tables}


def sentence(refusal):
    return Language("en").refusal(refusal.value)


# --- the same file, and a newer one ------------------------------------------------------------------------------


@pytest.mark.live
def test_the_same_file_is_refused_unless_it_has_another_extract_date(line):
    line.load_table(staff("p1"))
    before, state = everything(line), line.database.state()
    for name in ("export.csv", "renamed.csv"):
        with pytest.raises(Refusal) as refusal:
            line.load_table(staff("p1"), name=name)
        assert (
            sentence(refusal).replace("\N{NO-BREAK SPACE}", " ")
            == f"{name} has been loaded before, as import 1 on 24 November 2026. Nothing has changed."
        )
    assert (everything(line), line.database.state()) == (before, state)
    line.load_table(staff("p1"), extract_date=OCTOBER)
    assert line.column("employee_id", "staff") == ["p1", "p1"]


@pytest.mark.live
def test_the_same_file_as_another_source_is_another_export(line):
    both = "Ärende-ID | Enhet | Upptäcktes\n1 | A | 2026-01-01"
    line.load_table(both, source="breaches")
    line.load_table(both, source="incidents")
    assert len(line.rows("from imports")) == 2


@pytest.mark.live
def test_the_same_file_of_another_organisation_says_whose_it_is(line):
    line.load_table(staff("p1"), organisation="Norra")
    line.load_table(staff("p2"), organisation="Södra")
    for organisation, own in ("NORRA", True), ("Södra", False):
        with pytest.raises(AlreadyLoaded) as refusal:
            line.load_table(staff("p1"), organisation=organisation)
        assert (refusal.value.organisation, refusal.value.import_id, refusal.value.is_own) == ("Norra", 1, own)


@pytest.mark.live
def test_a_revoked_file_can_be_loaded_again(line):
    line.load_table(staff("p1"))
    revoke(line.database, 1, why="fel dag", order=line.order())
    [receipt] = line.load_table(staff("p1"))
    assert receipt.import_id == 2


@pytest.mark.live
def test_a_later_file_of_the_same_date_replaces(line):
    line.load_table(incidents("I1", "I2"))
    line.load_table(incidents("I3"))
    assert [item["item"] for item in line.items("11", LATER)] == ["I3"]


@pytest.mark.live
def test_a_completing_file_is_added_and_wins_for_ids_in_both(line):
    line.load_table(incidents("I1", "I2"))
    line.load_table(incidents("i2", "I3", days="2026-02-01 | x | | |"), completes=True)
    assert [(i["item"], i["outcome"]) for i in line.items("11", LATER)] == [
        ("I1", "met"),
        ("i2", "unmet"),
        ("I3", "unmet"),
    ]


@pytest.mark.exhaustive
def test_a_replacing_file_also_replaces_what_completed_the_one_before(line):
    line.load_table(incidents("I1"))
    line.load_table(incidents("I2"), completes=True)
    line.load_table(incidents("I3"))
    line.load_table(incidents("I4"), completes=True)
    assert [item["item"] for item in line.items("11", LATER)] == ["I3", "I4"]


@pytest.mark.exhaustive
def test_an_export_of_a_later_day_replaces_what_completed_the_one_before(line):
    line.load_table(incidents("I8"), name="förra.csv", extract_date=OCTOBER - timedelta(1))
    line.load_table(incidents("I9"), name="mer.csv", extract_date=OCTOBER, completes=True)
    [receipt] = line.load_table(incidents("I7"), extract_date=OCTOBER)
    assert receipt.replaces == ((2, "mer.csv"),)


@pytest.mark.live
def test_all_replaced_imports_are_reported(line):
    line.load_table(incidents("I0"), name="första.csv")
    line.load_table(incidents("I1"), name="andra.csv")
    line.load_table(incidents("I2"), name="mer.csv", completes=True)
    line.load_table(incidents("I3"), name="senare.csv", completes=True, extract_date=LATER)
    [receipt] = line.load_table(incidents("I4"))
    assert receipt.replaces == ((2, "andra.csv"), (3, "mer.csv"))


@pytest.mark.live
def test_a_newer_export_replaces_from_its_own_date_on_whichever_was_loaded_first(line):
    line.load_table(incidents("new", "newer"), extract_date=NOVEMBER)
    line.load_table(incidents("old"), extract_date=OCTOBER)
    days = [OCTOBER - timedelta(1), OCTOBER, NOVEMBER - timedelta(1), NOVEMBER, LATER]
    with line.database.cursor() as cursor:
        found = coverage(cursor, (INCIDENTS,), days=days, known_at=EVERYTHING_KNOWN, level="organisation")
    assert [(figure.as_of, figure.met, figure.basis) for figure in found] == [
        *zip(days, (0, 1, 1, 2, 2), (False, True, True, True, True), strict=True)
    ]


# --- organisations -----------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_new_database_has_one_organisation_which_can_be_renamed(line):
    line.load_table(incidents("I1"))
    before = line.wait()
    rename_organisation(line.database, 1, name="  Norra \n förvaltningen ", order=line.order())
    assert [figure[1] for figure in figures(line, points=POINTS[:1])] == ["Norra förvaltningen"]
    assert [figure[1] for figure in figures(line, known_at=before, points=POINTS[:1])] == ["Förvaltningen"]
    [receipt] = line.load_table(incidents("I2"))
    assert receipt.organisation == "Norra förvaltningen"


@pytest.mark.live
def test_the_organisation_of_the_order_is_used_or_added(line):
    line.load_table(incidents("I1"), organisation="Norra")
    line.load_table(incidents("I2", "I3"), organisation="Södra")
    [receipt] = line.load_table(incidents("I4"), organisation=" NORRA ", extract_date=LATER)
    assert receipt.organisation == "Norra"
    assert [figure[1:3] for figure in figures(line, points=(INCIDENTS,))] == [("Norra", 1), ("Södra", 2)]


@pytest.mark.live
def test_with_several_organisations_one_must_be_named_and_names_must_be_unique(line):
    line.load_table(staff("p1"), organisation="Norra")
    line.load_table(staff("p2"), organisation="Södra")
    before = everything(line)
    with pytest.raises(Refusal, match="several organisations: Norra, Södra"):
        line.load_table(staff("p3"))
    for name, said in {" \t ": "Write the name", "södra ": "Another organisation is called"}.items():
        with pytest.raises(Refusal, match=said):
            rename_organisation(line.database, 1, name=name, order=line.order())
    assert everything(line) == before


@pytest.mark.live
def test_organisations_do_not_see_each_others_rows(line):
    line.load_table(incidents("I1"), organisation="Norra")
    line.load_table(incidents("I1", "I1 "), organisation="Södra")
    assert [(i["organisation"], i["row"]) for i in line.items("11", LATER)] == [("Norra", 2), ("Södra", 3)]


@pytest.mark.live
def test_a_name_that_is_too_long_for_an_organisation_is_refused(line):
    line.load_table(staff("p1"), organisation="a" * 200)
    before = everything(line)
    for refused in (
        lambda: rename_organisation(line.database, 1, name="b" * 201, order=line.order()),
        lambda: line.load_table(staff("p2"), organisation="b" * 201),
    ):
        with pytest.raises(Refusal) as refusal:
            refused()
        assert sentence(refusal) == "The text has 201 characters, and 200 are the most. Shorten it."
    assert everything(line) == before


@pytest.mark.live
def test_an_organisation_may_change_the_spelling_of_its_name(line):
    line.load_table(staff("p1"), organisation="norra")
    rename_organisation(line.database, 1, name="Norra", order=line.order())
    assert figures(line, points=POINTS[:1])[0][1] == "Norra"


# --- all of it or nothing ----------------------------------------------------------------------------------------


def workbook(path, **sheets):
    path.write_bytes(xlsx(sheets))
    return path


STAFF = [["AD-konto", "Enhet", "Anställningsdatum"], ["p1", "A", date(2024, 1, 1)]]
BROKEN = [["Ärendenummer", "Enhet", "Upptäckt", "Rubrik"], ["I1", "A", "aldrig", "x"]]


@pytest.mark.live
def test_a_file_of_two_sources_is_loaded_whole_or_not_at_all(line, tmp_path):
    line.load_table(staff("p0"))
    before, state = everything(line), line.database.state()
    path = workbook(tmp_path / "b.xlsx", Personal=STAFF, Incidenter=BROKEN)
    with pytest.raises(Refusal) as refusal:
        line.load(path, extract_date=LATER)
    assert "No row of b.xlsx" in sentence(refusal)
    assert (everything(line), line.database.state()) == (before, state)


def test_a_file_of_two_sources_is_two_imports(line, tmp_path):
    path = workbook(tmp_path / "b.xlsx", Personal=STAFF, System=[["Systemnamn", "Enhet"], ["S", "A"]])
    receipts = line.load(path, extract_date=LATER)
    assert [(r.import_id, r.source.id) for r in receipts] == [(1, "staff"), (2, "systems")]
    with pytest.raises(Refusal, match="loaded before"):
        line.load(path, extract_date=LATER)


def test_a_file_without_a_loadable_row_says_where_and_why(line):
    with pytest.raises(Refusal) as refusal:
        line.load_table(f"{HEAD}\np1 | A | i våras\np2 | | 2024-01-01")
    assert sentence(refusal) == (
        "No row of export.csv can be loaded as Staff list. The first one, row 2, column Anställningsdatum: "
        "This is not a date. Write it as 2026-10-31. Correct the file and load it again."
    )
    assert line.rows("from imports") == line.rows("from staff") == line.rows("from events") == []


@pytest.mark.live
def test_a_first_load_that_fails_makes_no_database(fresh):
    with pytest.raises(Refusal):
        fresh.load_table(f"{HEAD}\np1 | A | i våras")
    assert not fresh.database.exists()


def test_a_file_with_its_headings_only_says_so(line):
    with pytest.raises(Refusal) as refusal:
        line.load_table(HEAD)
    assert "has the headings of Staff list but no row below them" in sentence(refusal)


def test_rejected_rows_are_stored_with_their_reasons_and_do_not_fail_the_load(line):
    [receipt] = line.load_table(
        f"{HEAD} | Anställd t.o.m.\n"
        "p1 | A | 2024-01-01 | snart\n"
        " | A | 2024-01-01 | \n"
        "p3 | A | i våras | också fel\n"
        "p4 | A | 2024-01-01 | "
    )
    found = (receipt.summary.loaded, receipt.summary.rejected, receipt.summary.warnings)
    assert found == (2, 2, 1)
    assert line.problems() == [
        (2, "Anställd t.o.m.", "snart", "not_a_date", "warning"),
        (3, "AD-konto", None, "missing", "rejected"),
        (4, "Anställningsdatum", "i våras", "not_a_date", "rejected"),
        (4, "Anställd t.o.m.", "också fel", "not_a_date", "rejected"),
    ]
    assert [(p["row"], p["reason"]) for p in receipt.problems] == [(p[0], p[3]) for p in line.problems()]
    assert line.rows("select employee_id, row from staff order by row") == [
        {"employee_id": "p1", "row": 2},
        {"employee_id": "p4", "row": 5},
    ]


def test_the_history_of_an_import(line):
    path = line.file(staff("p1"))
    [receipt] = line.load(path, extract_date=OCTOBER)
    [kept] = line.rows("from imports")
    workbook_read = read_here(path, name=path.name)
    assert kept == {
        "import_id": receipt.import_id,
        "organisation_id": 1,
        "source": "staff",
        "file": "export.csv",
        "sha256": workbook_read.sha256,
        "sheets": ", ".join(s.name for s in workbook_read.sheets if s.name),
        "extract_date": OCTOBER,
        "extract_date_by": "said",
        "completes": False,
        "parts": None,
        "imported_at": NOON + timedelta(minutes=1),
        "imported_by": "test",
        "loaded": 1,
        "rejected": 0,
        "warnings": 0,
    }
    assert line.rows("select field, heading from import_columns where field is not null order by field") == [
        {"field": "employed_from", "heading": "Anställningsdatum"},
        {"field": "employee_id", "heading": "AD-konto"},
        {"field": "unit", "heading": "Enhet"},
    ]


# --- out of the figures again ------------------------------------------------------------------------------------


@pytest.mark.live
def test_after_a_revocation_the_figures_are_those_before_the_load(line, exhaustively):
    line.load_table(incidents("I1"), extract_date=OCTOBER)
    reading = [point.id for point in POINTS if "incidents" in (*point.needs, *point.uses)]
    assert len(reading) > 1
    reading = reading if exhaustively else []
    before = figures(line), [line.items(id_, LATER) for id_ in reading]
    line.load_table(incidents("I2", "I3"))
    assert figures(line) != before[0]
    revoke(line.database, 2, why=" fel fil ", order=line.order())
    assert (figures(line), [line.items(id_, LATER) for id_ in reading]) == before


@pytest.mark.live
def test_a_revocation_needs_a_reason_stays_in_the_history_and_is_made_once(
    line,
):
    line.load_table(incidents("I1"))
    before = everything(line)
    for number, why, said in ((1, "  ", "Say why"), (7, "fel", "There is no import 7")):
        with pytest.raises(Refusal) as refusal:
            revoke(line.database, number, why=why, order=line.order())
        assert said in sentence(refusal)
    assert everything(line) == before
    revoke(line.database, 1, why=" fel fil ", order=line.order(who="Eva"))
    assert len(line.rows("from imports")) == len(line.rows("from incidents")) == 1
    now = NOON + timedelta(minutes=line.loads)
    assert line.rows("from revocations") == [{"import_id": 1, "revoked_at": now, "revoked_by": "Eva", "why": "fel fil"}]
    with pytest.raises(Refusal, match="revoked before"):
        revoke(line.database, 1, why="fel", order=line.order())
    assert len(line.rows("from revocations")) == 1


# --- before anything is written ----------------------------------------------------------------------------------


def rehearsed(line, table, then, **said):
    path = line.file(table, name="rehearsed.csv")
    order = line.order(**{"extract_date": LATER} | said)
    return lines.rehearsed(line.database, read_here(path, name=path.name), order, then)


def seen(cursor, _):
    return rows(cursor, "select incident_id from incidents order by 1")


@pytest.mark.live
def test_a_rehearsal_sees_the_new_rows_and_writes_nothing(tmp_path):
    line = Line(tmp_path)  # not held open: what is written is in the file
    line.load_table(incidents("I1"))
    before = everything(line), line.database.state(), line.database.path.read_bytes()
    [receipt], there = rehearsed(line, incidents("I2", "I3"), seen)
    assert (receipt.import_id, receipt.summary.loaded) == (2, 2)
    assert there == [{"incident_id": "I1"}, {"incident_id": "I2"}, {"incident_id": "I3"}]
    assert (everything(line), line.database.state(), line.database.path.read_bytes()) == before


@pytest.mark.live
def test_a_rehearsal_gives_the_figures_after_the_load_and_refuses_what_a_load_would(line):
    line.load_table(incidents("I1"))

    def after(cursor, _):
        found = coverage(cursor, (INCIDENTS,), days=[LATER], known_at=EVERYTHING_KNOWN, level="organisation")
        return [figure.met for figure in found]

    assert rehearsed(line, incidents("I2", "I3"), after)[1] == [2]
    with pytest.raises(Refusal, match="loaded before"):
        rehearsed(line, incidents("I1"), seen, extract_date=NOVEMBER)
    assert met(line) == [1]


@pytest.mark.live
def test_a_rehearsal_without_a_database_makes_none(fresh):
    _, there = rehearsed(fresh, incidents("I1"), seen)
    assert there == [{"incident_id": "I1"}]
    assert not fresh.database.exists()


# --- what was known when -----------------------------------------------------------------------------------------


@pytest.mark.live
def test_what_was_known_at_a_moment_never_changes(line, exhaustively):
    line.load_table(incidents("I1"), extract_date=OCTOBER)
    first = NOON + timedelta(minutes=line.loads)
    known = {first: figures(line)}
    line.load_table(incidents("I2", "I3"))
    known[first + timedelta(minutes=1)] = figures(line)
    revoke(line.database, 2, why="fel", order=line.order())
    line.load_table(incidents("I4", "I5", "I6"))
    assert {moment: figures(line, known_at=moment) for moment in known} == known
    moments = {first - timedelta(seconds=1): 0, **{first + timedelta(minutes=i): n for i, n in enumerate((1, 2, 1, 3))}}
    for moment, number in [*moments.items()][:: 1 if exhaustively else -2]:
        assert met(line, known_at=moment) == [number]


def test_everything_done_leaves_an_event(line):
    line.load_table(incidents("I1"))
    rename_organisation(line.database, 1, name="Norra", order=line.order(who="Eva"))
    revoke(line.database, 1, why="fel fil", order=line.order(who="Bo"))
    found = line.rows("select happened_at, who, action, what from events order by happened_at")
    assert [tuple(row.values()) for row in found] == [
        (NOON + timedelta(minutes=1), "test", "load", "import 1: incidents, export.csv"),
        (NOON + timedelta(minutes=2), "Eva", "rename", "Norra"),
        (NOON + timedelta(minutes=3), "Bo", "revoke", "import 1: fel fil"),
    ]


@pytest.mark.live
def test_what_is_rehearsed_or_refused_is_not_told_and_a_change_that_fails_is_told_to_have_failed(line, monkeypatch):
    """A store that is not the organisation's own is told nothing of."""
    line.load_table(incidents("I0"), name="untold.csv")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    order = line.order(extract_date=date(2026, 11, 1))
    lines.rehearsed(line.database, read_here(line.file(incidents("I1")), name="export.csv"), order, seen)
    with pytest.raises(Refusal):
        revoke(line.database, 99, why="x", order=order)
    assert register.own().rows("entries", after=0) == []
    commit = line.database.commit
    monkeypatch.setattr(line.database, "commit", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        revoke(line.database, 1, why="x", order=order)
    monkeypatch.setattr(line.database, "commit", commit)
    entries = [(row["action"], row["what"], row["details"]) for row in register.own().rows("entries", after=0)]
    assert entries == [("revocation", "import 1", "{}"), ("revocation", "import 1", '{"failed": 1}')]
    assert line.rows("from revocations") == []


def test_nothing_is_changed_that_cannot_be_told(line, monkeypatch):
    line.load_table(incidents("I0"))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    line.database.path.with_name("register.sqlite").write_text("something else, of some length, that is no register")
    with pytest.raises(Refusal, match="Nothing has been changed"):
        revoke(line.database, 1, why="x", order=line.order())
    assert line.rows("from revocations") == []


def test_an_extract_date_is_after_today_by_the_day_in_sweden(line):
    late = datetime(2026, 11, 23, 23, 30)  # half past midnight of the 24th in Stockholm
    [today] = line.load_table(staff("p1"), extract_date=LATER, now=late)
    [tomorrow] = line.load_table(staff("p1"), extract_date=LATER + timedelta(1), now=late)
    assert (today.future, tomorrow.future) == (False, True)


# --- what is kept beside the rows --------------------------------------------------------------------------------


def kept_cells(line):
    return [row["cells"] for row in line.rows("select cells from import_rows order by import_id, sheet_number, row")]


def test_cells_are_stored_as_read_including_those_above_and_below_the_table(line):
    line.load_table("Rapport\n\nAD-konto | Enhet | Anställningsdatum | Okänd\np1 | A | 2024-01-01 | x\nTotalt | 1")
    assert kept_cells(line) == [
        ["Rapport", None, None, None],
        ["AD-konto", "Enhet", "Anställningsdatum", "Okänd"],
        ["p1", "A", "2024-01-01", "x"],
        ["Totalt", "1", None, None],
    ]


def test_reasons_of_absence_are_stored_nowhere(line):
    reasons = ["Frånvaroorsak", "Tjänstledig", "Orsak till frånvaro", "Ledighetstyp", "Sjukskriven"]
    headings, cells = (" | ".join(cells) for cells in (reasons, ["Vård av barn"] * len(reasons)))
    line.load_table(f"AD-konto | Enhet | Anställningsdatum | {headings}\np1 | A | 2024-01-01 | {cells}")
    line.load_table(f"AD-konto | Kurs | Status | {headings}\np1 | K | Klar | {cells}", name="kurser.csv")
    assert len(kept_cells(line)) == 4
    assert "Vård av barn" not in str(kept_cells(line))
    assert "Vård av barn" not in str(line.rows("select * from import_facts"))


PERSON = ("AD-konto", "Enhet", "Anställningsdatum")
UNDER = ("p1", "A", "2024-01-01", "Vård av barn", "mars")


BANNERS = {
    "banner": [(None, None, None, "Frånvaro", None), (*PERSON, "Orsak", "Period")],
    "banners": [("Person", None, None, "Frånvaro", None), (*PERSON, "Orsak", "Period")],
    "banners above each other": [
        ("Personer",), (None, None, None, "Frånvaro"), (None, None, None, "Senaste"), (*PERSON, "Orsak", "Period"),
    ],
    "two rows": [(*PERSON, "Frånvaro", None), (None, None, None, "Orsak", "Period")],
    "two rows of names": [
        ("Person", None, "Anställning", "Frånvaro", None), ("AD-konto", "Enhet", "Från datum", "Orsak", "Period"),
    ],
    "both rows": [
        ("AD-konto", "Enhet", "Anställning", "Frånvaro"), (None, None, "Anställningsdatum", "Orsak", "Period"),
    ],
    "no heading": [(*PERSON, None, None)],
    "blank": [(*PERSON, None, "\u00a0")],
}  # fmt: skip


@pytest.mark.live
def test_columns_under_a_banner_of_absence_or_without_a_heading_are_stored_nowhere(line):
    """The column is called Orsak, and only the row above says of what. A sheet of each kind."""
    path = line.folder / "personal.xlsx"
    people = [(f"p{number}", *UNDER[1:]) for number in range(len(BANNERS))]
    path.write_bytes(xlsx({kind: [*above, who] for (kind, above), who in zip(BANNERS.items(), people, strict=True)}))
    [receipt] = line.load(path, extract_date=NOVEMBER)
    assert receipt.summary.loaded == len(BANNERS)
    last = line.rows("select arg_max(cells, row) as cells from import_rows group by sheet_number order by sheet_number")
    assert [row["cells"] for row in last] == [[*who[:3], None, None] for who in people]
    assert not {"Vård av barn", "mars"} & set(str(everything(line)).replace("'", ",").split(","))


def test_columns_under_a_banner_of_absence_are_not_stored_if_mapped_by_hand_either(line):
    headings = ("konto", "plats", "sedan", "orsak")
    fields = {"employee_id": "konto", "unit": "plats", "employed_from": "sedan"}
    with line.database.writing() as cursor:
        mapping.save(cursor, ColumnMapping("staff", headings, fields), who="test")
    path = line.folder / "personal.xlsx"
    path.write_bytes(xlsx({"Blad1": [(None, None, None, "Frånvaro"), ("Konto", "Plats", "Sedan", "Orsak"), UNDER[:4]]}))
    line.load(path, extract_date=NOVEMBER)
    assert kept_cells(line)[-1] == [*UNDER[:3], None]


@pytest.mark.live
def test_a_title_about_absence_hides_no_column(line):
    line.load_table(
        "Personal, inte tjänstlediga\nAD-konto | Enhet | Anställningsdatum | Titel\np1 | A | 2024-01-01 | x"
    )
    assert kept_cells(line)[-1] == ["p1", "A", "2024-01-01", "x"]


def test_a_column_of_identity_numbers_is_not_stored(line):
    line.load_table("AD-konto | Enhet | Anställningsdatum | Personnummer\np1 | A | 2024-01-01 | något")
    assert "något" not in str(kept_cells(line))
    assert [row["what"] for row in line.rows("select what from import_facts where fact = 'dropped_column'")] == [
        "Personnummer"
    ]


@pytest.mark.live
def test_a_rehearsal_stores_no_cells_and_changes_nothing(fresh):
    path = fresh.file(incidents("I1"))
    receipts, found = lines.rehearsed(
        fresh.database,
        read_here(path, name=path.name),
        fresh.order(extract_date=OCTOBER),
        lambda cursor, _: cursor.execute("select count(*) from import_rows").fetchall(),
    )
    assert [receipt.summary.loaded for receipt in receipts] == [1]
    assert found == [(0,)]
    assert not fresh.database.exists()


@pytest.mark.parametrize(
    "said",
    first_of(
        [
            {"kind": "return", "source": "nowhere", "extract_date": "2026-13-45", "sha256": "x"},
            {"kind": "return"},
            {"kind": "answers", "extract_date": "igår"},
        ]
    ),
)
def test_an_altered_hidden_sheet_never_replaces_an_export(line, said):
    line.load_table(incidents("I1"), extract_date=OCTOBER)
    rows = [["Ärende-ID", "Enhet", "Upptäckt"], ["I2", "A", "2026-10-01"]]
    path = line.folder / "tillbaka.xlsx"
    path.write_bytes(xlsx({"Blad1": rows, markers.SHEET: [[markers.TITLE, ""], *([k, v] for k, v in said.items())]}))
    if said["kind"] == "return":
        with pytest.raises(Refusal, match="not loaded"):
            line.load(path, extract_date=OCTOBER)
        assert line.column("incident_id", "incidents") == ["I1"]
    else:
        [receipt] = line.load(path, extract_date=OCTOBER)
        assert receipt.replaces == ()
        assert len(line.items("11", LATER)) == 2

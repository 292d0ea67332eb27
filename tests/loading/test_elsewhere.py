"""Level 4 is stored under no heading of classifications and systems (rulebook, section 3, "Whatever the heading")."""

from datetime import date

import pytest

from compliance.loading.elsewhere import may_hold_levels
from compliance.loading.guessing import shown_sheet
from compliance.loading.loading import prepare
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping, heading_keys
from compliance.reading.sheets import top_rows
from tests.files import xlsx
from tests.layers import first_of
from tests.line import SOURCES, WORDS, Line, read_here
from tests.searching import values_of
from tests.store.test_packs import SOURCE, install, pack

DAY = date(2026, 11, 1)
FOUR, UNREAD = "protective_security", "unread_level"
# A word that stands in every row that must not be kept.
SECRET = "Kvarnholmen"
HEADINGS = [
    "Konfidentialitetsnivå", "Informationsklassning", "Konf.", "K-nivå", "Säkerhetsklass", "Klassificering", "K",
    "Klass", "Säkerhetsskyddsklassad", "Riktighetskrav", "TILLGÄNGLIGHET", "skyddsklass", "Infoklass", "krt",
    "[K] (1–4)", "R:", "T*", "Konfi-\ndentialitet", "Info klassning", "Sa\N{COMBINING DIAERESIS}kerhetsskydd",
    "SAKERHETSKLASS", "K / R / T", "K nivå", "Tillg\N{NO-BREAK SPACE}änglighet", "Nivå K", "Confidentiality",
    "Security classification", "\N{FULLWIDTH LATIN CAPITAL LETTER K}", "Kon\N{SOFT HYPHEN}fidentialitet",
    "Konfid.", "Säk.skydd",
    "Systemets informationssäkerhetsklassning enligt KLASSA", f"{'Hur är det? ' * 30}Klassning",
]  # fmt: skip
OTHERS = [
    "Risknivå", "Risk-nivå", "Servicenivå", "Nätverk RTO", "Anteckning", "Klassad av", "Kritikalitet",
    "Tillgänglig från", "T1", "Kund & R", "Krav", "Värde", "Vklass", "Taggar", "Objekt",
]  # fmt: skip
REFUSED = [
    "4", "4,0", "4.0", 4, 4.0, "K4", "k 4", "R4", "K4 R2 T2", "K4R2T2", "4/2/1", "4-2-1", "421", "1/1/4", "Nivå 4",
    "4 hemlig", "(4) Hemlig", "K4 (2026-05-01)", "Klass: 4!", "K\N{CIRCLED DIGIT FOUR}", "\N{FULLWIDTH DIGIT FOUR}",
    "\N{ARABIC-INDIC DIGIT FOUR}", "4\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}",
    "\N{CYRILLIC CAPITAL LETTER KA}4", "K\N{ZERO WIDTH JOINER}4", "Kvalificerat hemlig",
    "KVALIFICERAT\N{NO-BREAK SPACE}HEMLIGT", "Hemlig", "hemlig.", "Konfidentiell", "Begränsat\nhemlig",
    "Säkerhetsskyddsklassad", "Top secret", "K4 K4 K4 R1 S2", "04", "K04", "Klass Hemlig (H)",
    "Säkerhetsskyddsklass: kvalificerat hemlig",
]  # fmt: skip
KEPT = [
    "0", "1", "3", 3.0, "2,0", "K3", "r2", "K3 R2 T1", "3/2/1", "Allvarlig (3)", "Måttlig", "2026-05-01",
    "2026-05-01 14:30", DAY, "5 mars 2024", "2024/03/05", "05-03-2024", "20240404", 46108, "tillsvidare", "Nej",
    "nej", "-", "Vet ej", "(okänd)", "Ej klassad", "ej ifyllt", "", None,
]  # fmt: skip
BLANKED = [
    "IV", "fyra", "Hög", "5", "44", "3/2", "4 timmar", "Se bilaga 4", "99,4 %", "2026", "2001-02-04", "2004-02-01",
    "Enligt avtal", "Ej hemlig", "2026-04", "Flik 4", "x" * 200, "K3 R2 T1 S1", "https://exempel.se/4",
]  # fmt: skip


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as found:
        yield found


def loaded(line, *rows, name="fil.xlsx", **said):
    path = line.folder / name
    path.write_bytes(xlsx({"Blad1": rows}) if name.endswith("xlsx") else csv_of(rows))
    return line.load(path, **({"extract_date": DAY} | said))


def csv_of(rows):
    quoted = (";".join(f'"{"" if cell is None else cell}"' for cell in row) for row in rows)
    return "\r\n".join(quoted).encode("utf-8-sig")


def register(heading, cells, *, name="Alfa"):
    """A register with a cell in each row under a heading; a row with level 4 has the secret in each other cell."""
    return [["Systemnamn", "Enhet", heading], *([f"{name} {n}", f"Norr {name}", cell] for n, cell in enumerate(cells))]


def kept(line):
    """What the third column holds among the cells as read, in the order of the rows."""
    return [row["cell"] for row in line.rows("select cells[3] as cell from import_rows where row > 1 order by row")]


def stored(line):
    """Where the secret stands in the tables."""
    return [(table, column) for table, column, value in values_of(line.database) if SECRET in value]


# --- Columns that may hold levels -----------------------------------------------------------------------------------


def test_a_heading_says_whether_its_column_may_hold_levels():
    assert [heading for heading in HEADINGS if not may_hold_levels(heading, WORDS)] == []
    assert [heading for heading in OTHERS if may_hold_levels(heading, WORDS)] == []


CASES = [(HEADINGS[0], "fil.xlsx"), (HEADINGS[1], "fil.csv"), *((heading, "fil.xlsx") for heading in HEADINGS[2:])]


@pytest.mark.parametrize(("heading", "name"), first_of(CASES, 2), ids=lambda text: text[-20:])
def test_under_such_a_heading_level_4_refuses_the_row_and_what_is_no_level_is_blanked(line, heading, name):
    rows = [*register(heading, [*KEPT, *BLANKED]), *register(heading, REFUSED, name=SECRET)[1:]]
    [receipt] = loaded(line, *rows, name=name, source="systems")
    first = len(KEPT) + len(BLANKED) + 2
    listed = [(*problem[:1], *problem[2:]) for problem in line.problems()]
    assert listed == [
        *((row, None, UNREAD, "warning") for row in range(len(KEPT) + 2, first)),
        *((row, None, FOUR, "rejected") for row in range(first, first + len(REFUSED))),
    ]
    summary = receipt.summary
    assert (summary.loaded, summary.warnings) == (len(KEPT) + len(BLANKED), len(BLANKED))
    assert (summary.rejected, summary.withheld) == (len(REFUSED), len(REFUSED))
    cells = kept(line)
    assert [cell for cell in cells[: len(KEPT)] if cell is None] == [None] * sum(c in ("", None) for c in KEPT)
    assert cells[len(KEPT) :] == [None] * len(BLANKED)
    assert stored(line) == []


def test_yes_is_level_4_under_a_heading_of_protective_security(line):
    loaded(line, *register("Säkerhetsskyddsklassad", ["Ja", "J", "x", "SANT", "Ja, delvis", "Nej", None]))
    assert [(p[0], p[3]) for p in line.problems()] == [(row, FOUR) for row in range(2, 7)]
    loaded(line, *register("Informationsklassning", ["Ja"]), name="b.xlsx", extract_date=date(2026, 11, 2))
    assert [p[3:] for p in line.problems()][-1:] == [(FOUR, "rejected")]
    assert (UNREAD, "warning") in [p[3:] for p in line.problems()]


def test_one_is_yes_where_a_column_has_only_zero_and_one(line):
    loaded(line, *register("Skyddsklassad", ["0", "1"]))
    assert [(p[0], p[3]) for p in line.problems()] == [(3, FOUR)]
    loaded(line, *register("Skyddsklass", ["0", "1", "2"]), name="b.xlsx", extract_date=date(2026, 11, 2))
    assert len(line.problems()) == 1


@pytest.mark.parametrize("heading", ["Konfidentialitetsavtal", "Säkerhetsskyddsavtal", "Tillgänglighetsredogörelse"])
def test_an_agreement_or_a_statement_that_is_secret_is_no_level(line, heading):
    loaded(line, *register(heading, ["Hemlig", "Konfidentiell", "Kvalificerat hemlig", "4", "Nej"]))
    assert [(p[0], p[3]) for p in line.problems()] == [(2, UNREAD), (3, UNREAD), (4, FOUR), (5, FOUR)]


@pytest.mark.parametrize("word", ["Öppen", "PUBLIK", "intern"])
def test_a_scale_of_its_own_has_no_level_4(line, word):
    loaded(line, *register("Informationsklassning", [word, "Hemlig", "Konfidentiell", "Begränsat hemlig"]))
    assert [(p[0], p[3]) for p in line.problems()] == [(2, UNREAD), (3, UNREAD), (4, UNREAD), (5, FOUR)]


def test_an_organisation_adds_headings_and_words(tmp_path):
    from compliance.declarations.sources import load_values

    (tmp_path / "values.toml").write_text('level_headings = ["Skyddsvärde"]\nlevel_4 = ["Rött"]\n', "utf-8")
    words = load_values(tmp_path)
    assert may_hold_levels("Systemets skyddsvärde", words)
    assert not may_hold_levels("Systemets skyddsvärde", WORDS)


# --- Any other column -----------------------------------------------------------------------------------------------

ALONE = [
    "K4", "k4", "(K4)", "K 4", "K: 4", "K4 R1 T1", "K4/R1/T1", "T1 R2 K4", "K2 R4 T1", "K4,0",
    "K\N{CIRCLED DIGIT FOUR}", "Säkerhetsskyddsklassad", "säkerhetsskydds-\nklassat", "SAKERHETSSKYDDSKLASSAD",
    "Kvalificerat hemlig", "Begränsat  hemlig",
]  # fmt: skip
BESIDE = ["4", "R4", "T4", "K3", "4K", "Hemlig", "Konfidentiell", "Hus K4", "4/2/1", "Ja", "4 timmar", "K44", "fyra"]


@pytest.mark.parametrize(
    "column", first_of(["Anteckning", "Status", "Leverantör", "CI nummer", "Behandlar personuppgifter"])
)
def test_in_any_other_column_only_what_says_level_4_alone_refuses_the_row(line, column):
    rows = [*register(column, BESIDE), *register(column, ALONE, name=SECRET)[1:]]
    [receipt] = loaded(line, *rows, source="systems")
    assert [p[0] for p in line.problems() if p[3] == FOUR] == [*range(len(BESIDE) + 2, len(BESIDE) + len(ALONE) + 2)]
    assert (receipt.summary.withheld, kept(line)) == (len(ALONE), BESIDE)
    assert stored(line) == []


CLASSES = ["System", "Klassad", "K", "Informationsmängd", "Anteckning", None]
PLACES = {"information": 3, "unknown": 4, "without_a_heading": 5, "system": 0}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_in_any_column_of_a_classification(line, place):
    row = ["Beta", "2026-05-01", "2", SECRET, SECRET, None]
    row[place] = "K4 R2 T1"
    [receipt] = loaded(line, CLASSES, ["Alfa", "2026-05-01", "3", "Öppet", "fri text", "mer"], row)
    assert (receipt.summary.loaded, receipt.summary.withheld) == (1, 1)
    assert [p[2:] for p in line.problems()] == [(None, FOUR, "rejected")]
    assert stored(line) == []


def test_only_these_sources_may_hold_levels_anywhere(line):
    """A school's staff have a class 4."""
    loaded(line, ["AD-konto", "Enhet", "Anställningsdatum", "Klass"], ["p1", "Norr", "2020-01-01", "4"])
    assert (line.column("unit", "staff"), line.problems()) == (["Norr"], [])


# --- Rows above, banners, mappings, several sheets, what comes back -------------------------------------------------


def test_a_row_above_the_heading_is_blanked_if_it_says_level_4(line):
    """As in a table that was pasted above another."""
    head = ["System", "Konf", "Klassad", "K"]
    rows = [["Klassning", None, None, None], ["System", "Konf"], [SECRET, "4"], head, ["Alfa", "2", "2026-05-01", "2"]]
    loaded(line, *rows, source="classifications")
    assert (line.column("system", "classifications"), line.problems()) == (["Alfa"], [])
    assert stored(line) == []


def test_a_banner_above_a_column_is_part_of_its_heading_but_a_title_is_not(line):
    title = ["Informationsklassning 2026", None, None, "Uttagen 2026-10-02"]
    head = ["Systemnamn", "Enhet", "Antal", "Anteckning"]
    loaded(line, title, head, ["Alfa", "Norr", "4", "fri text"], source="systems", extract_date=None)
    assert (line.problems(), len(line.rows("from import_rows where row = 3"))) == ([], 1)
    rows = [
        ["", "", "Konfidentialitet", ""],
        ["Systemnamn", "Enhet", "Nivå enligt oss", "Grund"],
        [SECRET, "N", "4", "x"],
    ]
    loaded(line, *rows, ["Alfa", "Norr", "3", ""], name="b.xlsx", source="systems")
    assert [p[3] for p in line.problems()] == [FOUR]
    assert stored(line) == []


MAPPED = {
    "lifecycle": "word",
    "system_id": "id",
    "personal_data": "yes_no",
    "criticality": "text",
    "system": "required",
}


@pytest.mark.parametrize("field", first_of(MAPPED, 5))
def test_a_heading_that_is_connected_with_a_field_may_hold_levels_all_the_same(line, field):
    fields = {"system": "benämning", field: "konfidentialitetsnivå"}
    remember(line, ColumnMapping("systems", ("benämning", "konfidentialitetsnivå"), fields))
    rows = [["Benämning", "Konfidentialitetsnivå"], ["Alfa", "3"], [SECRET, "4"], [SECRET, "K4 R2"], ["Beta", "Annat"]]
    [receipt] = loaded(line, *rows)
    assert (receipt.summary.loaded, receipt.summary.withheld) == (2, 2)
    # what a field reads in a form of its own stays, and so does what a row cannot do without
    assert [p[3] for p in line.problems()] == [FOUR, FOUR, *([UNREAD] if field == "criticality" else [])]
    assert stored(line) == []


def remember(line, columns):
    line.order()
    with line.database.writing() as cursor:
        mapping.save(cursor, columns, who="test")


@pytest.mark.live
def test_neither_several_sheets_nor_a_completing_file_nor_a_return_keeps_it(line):
    path = line.folder / "två.xlsx"
    sheets = {"A": register("Klass", ["2"]), "B": register("Klass", ["4", "3"], name=SECRET)}
    path.write_bytes(xlsx(sheets))
    line.load(path, extract_date=DAY)
    loaded(line, *register("Konf.", ["K4"], name=SECRET), ["Gamma", "Norr", "1"], name="c.xlsx", completes=True)
    assert line.column("system", "systems") == ["Alfa 0", f"{SECRET} 1", "Gamma"]
    assert f"{SECRET} 0" not in str(line.rows("from import_rows")) + str(line.rows("from systems"))


# --- The preview ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", first_of(HEADINGS), ids=lambda heading: heading[-20:])
def test_the_preview_shows_what_is_loaded(line, heading):
    path = line.folder / "fil.xlsx"
    path.write_bytes(xlsx({"Blad1": register(heading, [*KEPT, *BLANKED, *REFUSED])}))
    book = read_here(path, name=path.name)
    [match] = prepare(book, line.order(source="systems"), sources=SOURCES, words=WORDS).matches
    keys = heading_keys(top_rows(match.sheet)[0])
    for fields in ({}, {"system": keys[0], "unit": keys[1]}):
        shown = shown_sheet(book.sheets[0], 0, match.source, fields, words=WORDS, sources=SOURCES.values())
        assert shown.cells.to_pylist() == match.sheet.cells.to_pylist()
    undecided = shown_sheet(book.sheets[0], 0, None, {}, words=WORDS, sources=SOURCES.values())
    shown = {cell for row in undecided.cells.to_pylist() for cell in row.values()}
    assert shown.isdisjoint({"K4", "4", "Hemlig", "IV"})


# --- Sources of others ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "id", "date", "word"])
def test_in_a_source_of_others_the_heading_of_a_level_is_that_of_a_level_whatever_is_declared(line, kind):
    """One that was checked elsewhere, or not at all: its column is required, and the other is read into no field."""
    words = 'words.high = ["Hög"]\n' if kind == "word" else ""
    column = f'[fields.mine]\n{words}type = "{kind}"\ntitle = "Mine"\nheadings = ["Konfidentialitet"]\n'
    made = pack(**{"source.toml": SOURCE + column})
    with_pack(line, made)
    head = ["Lokal", "Låst", "Konfidentialitet", "Riktighet"]
    rows = [[SECRET, "Ja", "4", "2"], [SECRET, "Ja", None, "4"], ["Norr", "Ja", None, "2"]]
    loaded(line, head, *rows, source="rooms")
    assert [p[0] for p in line.problems() if p[3] == FOUR] == [2, 3]
    assert (line.column("room", "rooms"), stored(line)) == (["Norr"], [])


def test_in_a_source_of_others_a_level_of_its_own_stands_beside_others(line):
    level = '[fields.mine]\ntype = "level"\ntitle = "Mine"\nheadings = ["Nivå"]\n'
    with_pack(line, pack(**{"source.toml": SOURCE + level}))
    head = ["Lokal", "Nivå", "Konfidentialitet", "Anteckning"]
    rows = [[SECRET, "2", "4", None], [SECRET, "4", "2", None], [SECRET, "2", "2", "K4"], ["Norr", "2", "3", "4"]]
    loaded(line, head, *rows, source="rooms")
    assert [p[0] for p in line.problems() if p[3] == FOUR] == [2, 3, 4]
    assert (line.column("room", "rooms"), stored(line)) == (["Norr"], [])


def with_pack(line, made):
    """Install a pack, and have the line read its sources too."""
    install(line, made)
    line.sources = SOURCES | made.sources

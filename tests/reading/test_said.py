"""What a file says once: a course in the title, in a name, or said by a user, and shares such as 3/3."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.errors import Refusal
from compliance.core.masking import MASK
from compliance.reading import mapping, said
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from compliance.reading.said import Texts, constant, pattern, shares_of, texts_of, value_of, without_days
from tests.files import xlsx
from tests.line import SOURCES, read_here

OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 30)
HEADINGS = ("E-post", "Namn", "Slutförda", "Procent")
FIELDS = {"employee_id": "e-post", "name": "namn", "email": "e-post", "status": "slutförda"}
SHARES = {"status": {"all": "passed", "some": "started", "none": "not_started"}}
ROWS = [(f"p{n}@exempel.se", f"Kim Exempel{n}", f"{n % 4}/3", 33 * (n % 4)) for n in range(1, 4)]
DATASKYDD, SAFETY = "Grundkurs i dataskydd", "Informationssäkerhet för medarbetare"


def course(*title, rows=ROWS, below=()):
    """A file of one course, with a title."""
    return xlsx({"Ark1": [*((text,) if isinstance(text, str) else text for text in title), HEADINGS, *rows, *below]})


def texts(content, name="x.xlsx", heading_row=2):
    return texts_of(read_here(content, name=name), 0, heading_row)


def mapped(**fields):
    keys = tuple(heading_keys(HEADINGS).values())
    return ColumnMapping("training", keys, FIELDS, said=fields, shares=SHARES)


def remember(line, columns):
    with line.database.writing() as cursor:
        mapping.save(cursor, columns, who="test")


def loaded(line, content, *, name="x.xlsx", day=NOVEMBER, **order):
    path = line.folder / name
    path.write_bytes(content)
    [receipt] = line.load(path, extract_date=day, **order)
    return receipt


TITLED = pattern(texts(course("Kursrapport: Grundkurs i dataskydd (2026-10-31)")), "title", 0, DATASKYDD)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Kursrapport 2026-11-30 08:14", "Kursrapport \0"),
        ("Period 2026-01-01 – 2026-11-30, uttagen 30 november 2026 kl. 08.14", "Period \0, uttagen \0"),
        ("20261130_0814", "\0_0814"),
        ("20261130 0814", "\0"),
        ("Generated Nov 30, 2026 8:14 AM", "Generated \0"),
        ("Uttagen 30. november 2026 8:14 pm", "Uttagen \0"),
        ("Hämtad 30/11 2026", "Hämtad \0"),
        ("ISEC v. 48 2026", "ISEC \0"),
        ("Version v2 2026", "Version v2 2026"),
        ("Grundkurs november 2026", "Grundkurs \0"),
        ("Grundkurs 2026-11", "Grundkurs \0"),
        ("Marknadsföring 2026", "Marknadsföring 2026"),
        ("Excel 3.12 och Outlook v2", "Excel 3.12 och Outlook v2"),
        ("Of Kim 850709-1232", f"Of Kim {MASK}"),
        ("a\u202eb\x07c", "abc"),
    ],
)
def test_days_and_times_are_no_part_of_a_form(text, form):
    assert without_days(text) == form


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Grundkurs_i_dataskydd-20261130(2).csv", "Grundkurs i dataskydd-\0"),
        ("Grundkurs i dataskydd - kopia.xlsx", DATASKYDD),
        ("Kopia av Grundkurs i dataskydd (13).xlsx", DATASKYDD),
    ],
)
def test_the_number_of_a_copy_is_no_part_of_a_name(name, form):
    assert texts(course(), name=name, heading_row=1).file == (form,)


@pytest.mark.parametrize(
    ("title", "value"),
    [
        (("Kursrapport: Grundkurs i dataskydd (2026-11-30)",), DATASKYDD),
        (("Kursrapport: Säkerhet – på ”nätet” (del 2) (30 november 2026)",), "Säkerhet – på ”nätet” (del 2)"),
        (("Uttagen 2026-11-30", "Kursrapport: ISEC (2026-11-30)"), "ISEC"),
        (("Kursrapport: (2026-11-30)",), None),
        (("Kursrapport 2026-11-30",), None),
        (("Kursrapport: ISEC (2026-11-30)", "Kursrapport: Grundkurs i dataskydd (2026-11-30)"), None),
        (("Kursrapport: ISEC (2026-11-30)", "Kursrapport: ISEC (2026-10-31)"), "ISEC"),
        (("Användarrapport: alla kurser",), None),
    ],
)
def test_a_title_of_the_form_says_another_course_and_two_say_none(title, value):
    assert value_of(TITLED, texts(course(*title), heading_row=len(title) + 1)) == value


def test_a_title_that_is_the_course_alone_is_known_by_its_place():
    title = ("Grundkurs i dataskydd", "Förvaltning: Norra", "Uttagen 2026-10-31")
    found = pattern(texts(course(*title), heading_row=4), "title", 0, DATASKYDD)
    assert value_of(found, texts(course("ISEC", "Förvaltning: Norra", "Uttagen 2026-11-30"), heading_row=4)) == "ISEC"
    assert value_of(found, texts(course("ISEC", "Uttagen 2026-11-30"), heading_row=3)) is None
    assert value_of(found, texts(course("Uttagen 2026-11-30", "ISEC", "Norra"), heading_row=4)) is None


def test_a_cell_beside_a_label_a_cover_and_a_name_say_it_as_well():
    beside = texts(course(("Kurs:", DATASKYDD, "Uttagen", "2026-11-30")))
    found = pattern(beside, "title", 0, DATASKYDD)
    assert value_of(found, texts(course(("Kurs:", "ISEC", "Uttagen", "2026-12-31")))) == "ISEC"
    cover = texts(xlsx({"Data": [HEADINGS, *ROWS], "Om": [("Kurs: ISEC",)]}), heading_row=1)
    assert value_of(pattern(cover, "title", 0, "ISEC"), cover) == "ISEC"
    named = texts(course(), name="Kursrapport_Grundkurs_i_dataskydd-20261130(2).csv", heading_row=1)
    found = pattern(named, "file", 0, DATASKYDD)
    assert value_of(found, texts(course(), name="Kursrapport_ISEC-20261231.csv", heading_row=1)) == "ISEC"


@pytest.mark.parametrize("name", ["export (4).csv", "Rapport_2026-11-30.xlsx", "Ark1.xlsx", "Alla kurser.xlsx"])
def test_a_name_that_any_file_may_have_is_no_course(name):
    bare = pattern(texts(course(), name=f"{DATASKYDD}.csv", heading_row=1), "file", 0, DATASKYDD)
    assert value_of(bare, texts(course(), name=name, heading_row=1)) is None
    assert value_of(bare, texts(course(), name="Säkerhet.csv", heading_row=1)) == (
        "Säkerhet" if not bare.after else None
    )


@pytest.mark.parametrize("chosen", ["2026-10-31", "", " ", "(2026-10-31)", "ISEC"])
def test_a_part_that_is_a_day_or_not_there_has_no_form(chosen):
    assert pattern(texts(course("Kursrapport: Grundkurs i dataskydd (2026-10-31)")), "title", 0, chosen) is None


def test_a_constant_holds_for_files_of_the_same_title_alone():
    own = texts(course("Kursrapport: Dataskydd", "Uttagen 2026-10-31"), heading_row=3)
    lasting, once = (constant(own, DATASKYDD, lasts=lasts) for lasts in (True, False))
    later = texts(course("Kursrapport: Dataskydd", "Uttagen 2026-11-30"), heading_row=3)
    other = texts(course("Kursrapport: ISEC", "Uttagen 2026-11-30"), heading_row=3)
    assert [value_of(lasting, each) for each in (own, later, other)] == [DATASKYDD, DATASKYDD, None]
    assert [value_of(once, each) for each in (own, later, other)] == [DATASKYDD, None, None]


@pytest.mark.parametrize(
    ("title", "name", "is_told"),
    [
        ("Kursrapport: Dataskydd", "x.xlsx", True),
        ("Kursrapport", "Dataskydd.xlsx", False),
        (None, "Dataskydd.xlsx", True),
        (None, "export (3).xlsx", False),
        ("Kurs i säkerhet", "x.xlsx", False),
    ],
)
def test_what_says_nothing_of_the_course_does_not_tell_a_constant(title, name, is_told):
    content = course(title) if title else course()
    own = texts(content, name=name, heading_row=2 if title else 1)
    assert said.is_told(own, "Kurs i dataskydd", SOURCES["training"]) == is_told


@pytest.mark.parametrize(
    ("cells", "sizes"),
    [
        (["3/3", "1/3", "0/3", "3 av 3", "3 of 4", "3/3 (100 %)"], "all some none all some all"),
        (["3/3 moduler", "1 of 3 modules", "3 av 3 delar (100 %)"], "all some all"),
        (["100 %", "100,0 %", "0%", "99.9 %"], "all all none some"),
        (["1", "0.33", "0"], "all some none"),
        (["100", "33", "1", "0"], "all some some none"),
        (["4/3", "0/0", "120 %", "150", "Klar", "3/3 klart", "3/3 underkända"], ""),
    ],
)
def test_shares_are_all_some_or_none(cells, sizes):
    assert list(shares_of(cells).values()) == sizes.split()


@pytest.mark.parametrize(
    ("whole", "cells", "sizes"),
    [
        ("100", ["1", "0"], "some none"),
        ("100", ["100", "1"], "all some"),
        ("100", ["1.0", "0.5"], ""),
        ("1", ["1", "0"], "all none"),
        ("1", ["100", "1"], ""),
        ("1", ["0.5"], "some"),
    ],
)
def test_numbers_are_shares_of_the_whole_that_the_mapping_was_made_with_or_none(whole, cells, sizes):
    assert list(shares_of(cells, whole).values()) == sizes.split()


def test_a_file_of_a_course_is_loaded_with_its_title_as_a_column(line):
    remember(line, mapped(course=TITLED))
    below = [(), ("p9@exempel.se", "Kim", "3/3", 100), (), ("Totalt", 4)]
    receipt = loaded(line, course("Kursrapport: Grundkurs i dataskydd (2026-11-30)", (), rows=ROWS, below=below))
    assert (receipt.summary.loaded, receipt.summary.rejected, receipt.summary.unknown_words) == (4, 0, ())
    assert receipt.questions == ()
    assert line.column("course", "training") == [DATASKYDD] * 4
    assert line.column("row", "training") == [4, 5, 6, 8]
    assert line.column("status_code", "training") == ["started", "started", "passed", "passed"]
    kept = "select heading, place from import_columns where field = 'course'"
    assert line.rows(kept) == [{"heading": "Kurs (ur titeln)", "place": 4}]


def test_a_page_of_headings_and_a_second_table_are_none_of_its_rows(line):
    remember(line, mapped(course=TITLED))
    below = [HEADINGS, ("p9@exempel.se", "Kim", "3/3", 100), ("Kurser",), ("Kurs", "Kurskod", "AD-konto")]
    receipt = loaded(line, course("Kursrapport: Grundkurs i dataskydd (2026-11-30)", below=below))
    assert (receipt.summary.loaded, receipt.matches[0].repeated, receipt.matches[0].second) == (4, 1, 9)


def test_another_title_is_another_file(line):
    remember(line, mapped(course=TITLED))
    with pytest.raises(Refusal):
        loaded(line, course("Deltagare i alla kurser"), accepted=frozenset())


def test_constants_for_two_titles_last_both_and_each_can_be_deleted(line):
    contents = [course(f"Kursrapport: {name}") for name in ("DS", "IS")]
    each = [
        mapped(course=constant(texts(c), v, lasts=True)) for c, v in zip(contents, (DATASKYDD, SAFETY), strict=True)
    ]
    for columns in each:
        remember(line, columns)
    for day, content in zip((OCTOBER, NOVEMBER), contents, strict=True):
        loaded(line, content, day=day)
    assert line.column("course", "training") == [DATASKYDD] * 3 + [SAFETY] * 3
    with line.database.writing() as cursor:
        mapping.delete(cursor, each[0], who="test")
        assert [entry.columns.said for entry in mapping.saved_mappings(cursor)] == [each[1].said]
    remember(line, replace(each[1], said={"course": each[1].said["course"]._replace(value="ISEC")}))
    with line.database.cursor() as cursor:
        assert [entry.columns.said["course"].value for entry in mapping.saved_mappings(cursor)] == ["ISEC"]


def test_a_mapping_of_before_has_no_form():
    kept = ColumnMapping("training", ("kurs",), {"course": "kurs"})
    assert ColumnMapping.of_json("training", ("kurs",), '{"fields": {"course": "kurs"}}') == kept
    said_once = replace(kept, said={"course": Said("title", "a", "b", "", 1, 2)})
    assert ColumnMapping.of_json("training", ("kurs",), said_once.as_json()) == said_once


def test_an_identity_number_in_a_title_is_masked_before_it_is_a_value():
    own = texts(course("Course: ISEC; Exported by Kim 850709-1232"))
    assert "1232" not in str(own)
    found = pattern(own, "title", 0, "ISEC")
    other = Texts(("Course: Kim 850709-1232; Exported by Kim 850709-1232",), (), (), "")
    assert value_of(found, texts(course("Course: DS; Exported by Kim 850709-1232"))) == "DS"
    assert value_of(found, texts(course(other.title[0]))) == f"Kim {MASK}"


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Kursrapport: Grundkurs i dataskydd, uttagen 2026-10-31 08:14", DATASKYDD),
        ("Grundkurs i dataskydd (2026-10-31)", DATASKYDD),
        ("Course: ISEC; Exported by Kim", "ISEC"),
        (("Kurs:", DATASKYDD, "Uttagen:", "2026-10-31"), DATASKYDD),
        ("2026-10-31", ""),
    ],
)
def test_the_part_that_is_proposed_has_no_day_and_no_label(title, part):
    assert said.likely_part(texts(course(title)).title[0]) == part


@pytest.mark.parametrize(
    ("known", "part"),
    [({"grundkurs", "grundkurs i dataskydd"}, DATASKYDD), ({"isec"}, ""), ({""}, "")],
)
def test_a_known_course_is_proposed_first(known, part):
    assert said.known_part("Kursrapport: Grundkurs i dataskydd (\0)", known) == part

"""The status and the note of an item: they stay when exports come and names change, and decide nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from compliance.access import audit
from compliance.access.permissions import ANALYST
from compliance.core.errors import Refusal
from compliance.correcting import arrangements, renaming
from compliance.declarations.points import point_by
from compliance.loading.loading import rename_organisation
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists import notes as kept
from compliance.worklists import sending
from compliance.worklists.lists import Asking
from compliance.worklists.notes import LONGEST_NOTE, Note
from tests.layers import first_of
from tests.line import POINTS, Line
from tests.readers import MINE, reader

DAY = date(2026, 11, 20)
ORGANISATION = "Förvaltningen"
INSTRUCTION = """
Enhet | Krav       | Status
Norr  | Incidenter | Pågår
Söder | Incidenter | Ej påbörjad
"""
SYSTEMS = """
Systemnamn | Enhet | Centralt/lokalt | Har informationssäkerhetsklassning genomförts under det senaste året?
Alfa       | Norr  | Lokalt          | Nej
"""
INCIDENTS = """
Ärendenummer | Enhet | Upptäckt   | Rubrik
I1           | Norr  | 2026-01-05 | Anna Berg ringde
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("before"))
    with line.held():
        for table in (INSTRUCTION, SYSTEMS, INCIDENTS):
            line.load_table(table)
    return line


@pytest.fixture
def line(before, tmp_path):
    with before.copied(tmp_path) as line:
        yield line


def write(line, *written, organisation=ORGANISATION, as_of=DAY):
    kept.write(line.database, list(written), organisation=organisation, as_of=as_of, order=line.order())


def found(line, *, known_at=EVERYTHING_KNOWN, as_of=DAY, organisation=ORGANISATION):
    with line.database.cursor() as cursor:
        return kept.notes(cursor, POINTS, organisation=organisation, as_of=as_of, known_at=known_at)


def shown(line, point, *, known_at=EVERYTHING_KNOWN, as_of=DAY, organisation=ORGANISATION):
    """The status and the note of each item of a point, by the item."""
    every = found(line, known_at=known_at, as_of=as_of, organisation=organisation)
    items = [row for row in line.items(point, as_of) if row["organisation"] == organisation]
    notes = {row["item"]: every.of(point_by(POINTS, point), row) for row in items}
    return {item: (note.status, note.note) for item, note in notes.items() if note}


@pytest.mark.live
def test_a_status_and_a_note_stay_with_their_item_and_the_newest_counts(line):
    write(line, Note("local_instruction", "Norr/Incidenter", "Norr", "waiting", "Ringde"))
    before = line.wait()
    write(line, Note("local_instruction", "NORR/incidenter", "Norr", "disputed", "Svarade nej\nSkickar mejl"))
    expected = {"Norr/Incidenter": ("disputed", "Svarade nej\nSkickar mejl")}
    assert shown(line, "local_instruction") == expected
    assert shown(line, "local_instruction", known_at=before) == {"Norr/Incidenter": ("waiting", "Ringde")}
    line.load_table(INSTRUCTION.replace("Pågår", "Ej påbörjad"), extract_date=DAY)
    assert shown(line, "local_instruction") == expected
    assert {row["outcome"] for row in line.items("local_instruction", DAY)} == {"unmet"}


@pytest.mark.live
@pytest.mark.parametrize("exported", first_of([True, False]))
def test_they_stay_when_a_unit_or_a_system_has_another_name(line, exported):
    """exported: whether the next export has the new name already."""
    write(line, Note("local_instruction", "Norr/Incidenter", "Norr", "sent"), Note("access", "Alfa", "Norr", "sent"))
    write(line, Note("classification", "Alfa", "Norr", "reported", "Klar i juni"))
    for kind, old, new in (("unit", "Norr", "Norra"), ("system", "Alfa", "Alfa 2")):
        renaming.add_alias(line.database, kind=kind, old=old, new=new, valid_from=DAY, order=line.order())
    if exported:
        line.load_table(INSTRUCTION.replace("Norr", "Norra"), extract_date=DAY)
        line.load_table(SYSTEMS.replace("Alfa", "Alfa 2"), extract_date=DAY)
    item = "Norra/Incidenter" if exported else "Norr/Incidenter"
    assert shown(line, "local_instruction") == {item: ("sent", "")}
    assert shown(line, "classification") == {"Alfa 2": ("reported", "Klar i juni")}
    assert shown(line, "classification", as_of=DAY - timedelta(days=2)) == {"Alfa": ("reported", "Klar i juni")}
    point = point_by(POINTS, "local_instruction")
    row = next(row for row in line.items(point.id, DAY) if row["item"] == item)
    write(line, replace(found(line).about(point, row), status=None, note="Nu"))
    assert shown(line, "local_instruction") == {item: (None, "Nu")}


@pytest.mark.live
def test_each_organisation_has_its_own_whatever_it_is_called(line):
    line.load_table(SYSTEMS.replace("Norr", "Annan"), organisation="Den andra")
    write(line, Note("classification", "Alfa", "Norr", "sent"))
    write(line, Note("classification", "Alfa", "Annan", "disputed"), organisation="Den andra")
    assert shown(line, "classification") == {"Alfa": ("sent", "")}
    assert shown(line, "classification", organisation="Den andra") == {"Alfa": ("disputed", "")}
    rename_organisation(line.database, 1, name="Nya", order=line.order())
    assert shown(line, "classification", organisation="Nya") == {"Alfa": ("sent", "")}


def test_what_is_written_is_masked_and_refused_if_too_long_or_of_no_status(line):
    write(line, Note("access", "Alfa", "Norr", "sent", "Gäller 850709-1232"))
    assert "850709" not in str(line.rows("from item_notes"))
    for note in (Note("access", "Alfa", "Norr", "perhaps"), Note("access", "Alfa", "Norr", None, "x" * 2_001)):
        with pytest.raises(Refusal):
            write(line, note)
    write(line, Note("access", "Alfa", "Norr", None, "x" * LONGEST_NOTE))
    assert len(line.rows("from item_notes")) == 2


def test_whoever_writes_no_note_sees_no_own_note_and_who_sees_no_names_none_in_a_message(line):
    texts = {"note": "Bo svarar aldrig", "message": "Anna Berg svarar", "answer": "Fråga Anna Berg"}
    write(line, Note("access", "Alfa", "Norr", "sent", **texts))
    write(line, Note("incident_handling", "I1", "Norr", "waiting", **texts))
    theirs, every = reader(ANALYST, names=["Anna Berg"]), found(line)
    for point, item, less in (
        ("access", "Alfa", {"note": "", "message": "[…] svarar", "answer": "Fråga […]"}),
        ("incident_handling", "I1", dict.fromkeys(texts, "")),
    ):
        row, each = {"item": item, "label": item, "unit": "Norr"}, point_by(POINTS, point)
        seen = [every.seen(each, row, who) for who in (MINE, theirs)]
        assert [{name: getattr(note, name) for name in texts} for note in seen] == [texts, less]
        assert seen[1].status == every.of(each, row).status


def test_the_trail_tells_how_many_and_no_text_and_no_item(line, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    write(line, Note("access", "Alfa", "Norr", "sent", "Hemligt"), Note("classification", "Alfa", "Norr", "sent"))
    (entry,) = audit.register.own().rows("entries", after=0)
    assert (entry["action"], entry["what"]) == ("item_note", "item notes")
    assert entry["details"] == '{"items": 2, "status": "sent", "unit": "Norr"}'
    assert "Hemligt" not in str(line.rows("from events"))


def test_a_day_to_answer_by_that_has_passed_is_not_sent(line):
    arrangements.answer(line.database, ORGANISATION, by=DAY, to="", as_of=DAY, order=line.order())
    asking = Asking(ORGANISATION, DAY, EVERYTHING_KNOWN, POINTS, {}, ())
    with line.database.cursor() as cursor:
        days = [sending.begun(cursor, asking, today=DAY + timedelta(days=n)).answer_by for n in (0, 1)]
    assert days == [DAY, None]

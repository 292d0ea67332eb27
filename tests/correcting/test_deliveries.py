"""What is delivered, by whom and when, what has not come, and the reminders of it."""

import io
import zipfile
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import arrangements, deliveries, reminders
from compliance.correcting.arrangements import Arrangements, Delivering
from compliance.counting.figures import load_figures
from compliance.store import installing
from tests.line import POINTS, SOURCES
from tests.store.test_packs import install, pack

DAY = date(2026, 11, 1)
STAFF = "AD-konto | Enhet | Anställningsdatum\n" + "\n".join(f"aa{n} | Norr | 2020-01-01" for n in range(3))
SYSTEMS = "Systemnamn | Enhet | Centralt/lokalt\nAlfa | Norr | Lokalt"
SV, EN = map(Language, ("sv", "en"))
HR = Delivering("HR-stödet", "hr@exempel.se", "Rapport 14 i Personec, alla anställda", 7)


def arranged(line, organisation="A"):
    with line.database.cursor() as cursor:
        return arrangements.arrangements(cursor, organisation, as_of=DAY)


def deliver(line, source, delivering, organisation="A"):
    arrangements.deliver(line.database, organisation, source, delivering, as_of=DAY, order=line.order())


def states(line, as_of, *, organisation="A", own=None):
    with line.database.cursor() as cursor:
        found = deliveries.deliveries(cursor, organisation, as_of=as_of, own=own)
        late = deliveries.late(cursor, organisation, as_of=as_of, own=own)
    assert [each.source.id for each in found if each.state == "late"] == [each.source.id for each in late]
    return {each.source.id: (each.state, each.due) for each in found if each.state != "never"}


@pytest.mark.live
def test_what_is_arranged_is_kept_per_organisation_and_the_newest_counts(line):
    """before: written before there was an organisation, for all that come; personal: masked as all typed text"""
    deliver(line, "staff", Delivering("HR-stödet"), organisation="Förvaltningen")
    line.load_table(STAFF, organisation="A")
    line.load_table(SYSTEMS, organisation="B")
    deliver(line, "staff", Delivering("  HR i B, 19121212-1212 ", how="Rapport\n14"), organisation="B")
    deliver(line, "systems", HR)
    deliver(line, "systems", Delivering(address="it@exempel.se"))
    arrangements.answer(line.database, "A", by=DAY, to="Registrator", as_of=DAY, order=line.order())
    of_systems = Delivering(address="it@exempel.se")
    expected = {"staff": Delivering("HR-stödet"), "systems": of_systems}
    assert arranged(line) == Arrangements(expected, DAY, "Registrator")
    deliver(line, "systems", Delivering())
    assert arranged(line).deliveries.keys() == {"staff"}
    [masked] = arranged(line, "B").deliveries.values()
    assert masked.name.startswith("HR i B, ")
    assert masked.how == "Rapport 14"
    assert "1212-1212" not in masked.name
    whats = [row["what"] for row in line.rows("from events where action = 'arrange'")]
    assert whats == ["staff", "staff", "systems", "systems", "answers", "systems"]


@pytest.mark.parametrize(
    "wrong",
    [
        Delivering("x" * 201),
        Delivering(how="x" * 1_001),
        Delivering(address="anna.öberg@exempel.se"),
        Delivering(address="a@exempel.se, b@exempel.se"),
        Delivering(address="HR-stödet"),
    ],
)
def test_what_no_mail_program_can_write_to_is_no_address(line, wrong):
    line.load_table(STAFF, organisation="A")
    with pytest.raises(Refusal):
        deliver(line, "staff", wrong)
    assert not arranged(line).deliveries


def test_days_are_a_whole_number_or_nothing():
    assert [arrangements.days_of(text) for text in ("", " ", "7", " 31 ")] == [0, 0, 7, 31]
    for wrong in ("0", "-1", "7,5", "varje vecka", "99999", "²"):
        with pytest.raises(Refusal):
            arrangements.days_of(wrong)


def test_an_export_is_late_some_days_after_its_rhythm_has_passed(line):
    """completing: no new export; own: an arranged rhythm; other: another organisation's"""
    line.load_table(STAFF, organisation="A", extract_date=DAY)
    line.load_table(
        STAFF + "\nb | Norr | 2020-01-01", organisation="A", extract_date=DAY + timedelta(9), completes=True
    )
    line.load_table(SYSTEMS, organisation="B", extract_date=DAY)
    due = DAY + timedelta(SOURCES["staff"].rhythm_days)
    days = {0: "in_time", 1: "expected", 2: "expected", 3: "late"}
    assert {n: states(line, due + timedelta(n)) for n in days} == {
        n: {"staff": (state, due)} for n, state in days.items()
    }
    deliver(line, "staff", HR)
    assert states(line, DAY + timedelta(10)) == {"staff": ("late", DAY + timedelta(7))}
    assert states(line, DAY + timedelta(10), organisation="B")["systems"][0] == "in_time"


def test_days_of_grace_are_declared(line, tmp_path):
    line.load_table(STAFF, organisation="A", extract_date=DAY)
    (tmp_path / "intake.toml").write_text("late_after_days = 0\n", "utf-8")
    due = DAY + timedelta(SOURCES["staff"].rhythm_days)
    with line.database.cursor() as cursor:
        late = [deliveries.late(cursor, "A", as_of=due + timedelta(n), own=tmp_path) for n in (0, 1)]
    assert [len(found) for found in late] == [0, 1]


def test_a_source_that_only_a_point_that_is_off_needs_is_not_waited_for():
    rooms = pack()
    every = [*SOURCES.values(), *rooms.sources.values()]
    figures = load_figures(None)
    assert {source.id for source in deliveries.wanted(every, POINTS, figures)} == SOURCES.keys()
    assert "rooms" in {source.id for source in deliveries.wanted(every, (*POINTS, rooms.point), figures)}


def test_what_is_read_of_several_organisations_at_once_is_what_each_alone_has(line):
    """all: arranged before there was an organisation; B: with a pack and an arrangement of its own; C: nothing"""
    deliver(line, "staff", Delivering("HR-stödet", days=9), organisation="Förvaltningen")
    for n, name in enumerate("ABC"):
        line.load_table(f"{STAFF}\n{name} | Norr | 2020-01-01", organisation=name, extract_date=DAY + timedelta(n))
    deliver(line, "staff", HR, organisation="B")
    install(line, pack())
    with line.database.writing() as cursor:
        installing.switch(cursor, "city.rooms", "B", on=True, from_day=DAY, as_of=DAY + timedelta(9), who="")
    asked = {"as_of": DAY + timedelta(9), "own": None}
    with line.database.cursor() as cursor:
        alone = [each for name in "ABC" for each in deliveries.deliveries(cursor, name, **asked)]
        assert [*deliveries.deliveries_to(cursor, [*"ABC"], **asked)] == alone
    ids = [each.source.id for each in alone]
    assert (ids.count("staff"), ids.count("rooms"), len(ids)) == (3, 1, 3 * len(SOURCES) + 1)
    staff = [(each.by, each.newest) for each in alone if each.source.id == "staff"]
    of_all = Delivering("HR-stödet", days=9)
    assert staff == [(of_all, DAY), (HR, DAY + timedelta(1)), (of_all, DAY + timedelta(2))]


def test_a_reminder_says_what_is_waited_for_and_has_the_template():
    staff = deliveries.delivery(SOURCES["staff"], date(2026, 10, 31), HR, as_of=date(2026, 12, 3), late_after=3)
    mail = message_from_bytes(reminders.reminder(staff, SV, asker="Anna Ek"), policy=policy.default)
    text = mail.get_body().get_content().replace("\u00a0", " ").replace("\r\n", "\n")
    assert (mail["To"], mail["X-Unsent"], mail["From"]) == ("hr@exempel.se", "1", None)
    assert mail["Subject"] == "Vi väntar på exporten Personallista"
    assert text.startswith("Hej HR-stödet!")
    assert "Den senaste vi har är från 31 oktober 2026; nästa väntades 7 november 2026." in text
    assert "Så tas den ut: Rapport 14 i Personec, alla anställda" in text
    assert "Kolumner: AD-konto *, " in text
    assert text.endswith("Anna Ek\n")
    [attached] = mail.iter_attachments()
    assert attached.get_filename() == "Mall Personallista.xlsx"
    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(attached.get_content())).worksheets[0][4]]
    assert all(head in text for head in heads)


def test_a_reminder_without_a_name_an_address_or_an_earlier_export():
    never = deliveries.delivery(SOURCES["staff"], None, Delivering(), as_of=DAY, late_after=3)
    mail = message_from_bytes(reminders.reminder(never, EN), policy=policy.default)
    text = mail.get_body().get_content().replace("\r\n", "\n")
    assert mail["To"] is None
    assert text.startswith("Hello,\n\nWe are waiting for the export Staff list. We have none yet.\n")
    assert text.endswith("The information security coordinator\n")


def test_reminders_of_several_are_in_one_archive():
    each = [deliveries.delivery(SOURCES[id_], DAY, HR, as_of=DAY, late_after=3) for id_ in ("staff", "systems")]
    content = reminders.reminders(each, SV, asker="", moment=datetime(2026, 11, 1, 9))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert names == ["Påminnelse Personallista.eml", "Påminnelse Systemförteckning.eml"]

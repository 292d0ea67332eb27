"""The checklist of exports: what is missing, late or in time, who delivers it, and its template."""

from datetime import date, timedelta

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR
from compliance.core.errors import Refusal
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import deliveries
from compliance.correcting.arrangements import Arrangements, Delivering
from compliance.counting.assessing import basis_on
from compliance.counting.figures import load_figures
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, revoke
from compliance.screens import checklist, checklist_texts, no_data
from compliance.store.database import EVERYTHING_KNOWN, rows
from tests.apps import opened, text
from tests.line import POINTS, SOURCES
from tests.screens.test_ui_forms import labels, view_of
from tests.store.test_packs import pack

DAY = date(2026, 11, 1)
ORDER = Order("test")
SYSTEMS = "Systemnamn | Enhet | Centralt/lokalt\nAlfa | Norr | Lokalt"
STAFF = "AD-konto | Enhet | Anställningsdatum\n" + "\n".join(f"aa{n} | Norr | 2020-01-01" for n in range(3))
NOTHING = Arrangements()
SV, EN = map(Language, ("sv", "en"))


def exports_of(line, *, as_of, organisation="A", sources=(), points=POINTS, arranged=NOTHING):
    with line.database.cursor() as cursor:
        basis = basis_on(cursor, days=[as_of], known_at=EVERYTHING_KNOWN)
        imports = rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})
    declared = [*SOURCES.values(), *sources], points, load_figures(None)
    where = {"organisation": organisation, "as_of": as_of, "arranged": arranged, "late_after": 3}
    found = checklist_texts.exports(*declared, basis=basis, imports=imports, **where)
    return {export.source.id: export for export in found}


def test_an_export_of_a_pack_is_asked_for_only_where_its_point_is_on(line):
    line.load_table(SYSTEMS, organisation="A", extract_date=DAY)
    rooms = pack()
    given = {"as_of": DAY, "sources": rooms.sources.values()}
    assert exports_of(line, **given).keys() == SOURCES.keys()
    export = exports_of(line, **given, points=(*POINTS, rooms.point))["rooms"]
    assert (export.state, export.points) == ("never", (rooms.point,))


@pytest.mark.live
def test_an_export_counts_until_its_rhythm_has_passed_and_the_newest_that_completes_no_other_is_named(line):
    """completes: newer, but no new export; revoked: the one before counts again; other: of another organisation"""
    line.load_table(STAFF, organisation="A", extract_date=DAY)
    line.load_table(
        STAFF + "\nbb1 | Söder | 2020-01-01", organisation="A", extract_date=DAY + timedelta(20), completes=True
    )
    line.load_table(SYSTEMS, organisation="B", extract_date=DAY)
    revoke(
        line.database,
        line.load_table(SYSTEMS + "\nBeta | Norr | Lokalt", organisation="A")[0].import_id,
        why="Fel fil",
        order=ORDER,
    )
    last = DAY + timedelta(SOURCES["staff"].rhythm_days)
    found = exports_of(line, as_of=last)
    staff = found["staff"]
    assert (staff.state, staff.chosen["import_id"], staff.completing, staff.age) == ("in_time", 1, 1, 31)
    assert [exports_of(line, as_of=last + timedelta(n))["staff"].state for n in (1, 3)] == ["expected", "late"]
    assert exports_of(line, as_of=DAY - timedelta(1))["staff"].state == "never"
    assert found["systems"].state == "never"
    assert exports_of(line, as_of=last, organisation="B")["systems"].state == "in_time"
    assert [export.state for export in found.values()] == ["never"] * 17 + ["in_time"]
    assert [point.number for point in found["routines"].points] == [3]  # that of a figure beside it


@pytest.mark.live
def test_the_checklist_says_in_words_what_is_there_and_where_to_begin(line):
    line.load_table(STAFF, organisation="A", extract_date=DAY)
    empty, one, late = (list(exports_of(line, as_of=DAY + timedelta(n)).values()) for n in (-1, 1, 40))
    assert checklist_texts.headline(empty, SV) == "Ingen av de 18 exporterna är inläst."
    assert checklist_texts.headline(one, SV) == "En av 18 exporter är inläst. Ingen är försenad."
    assert checklist_texts.headline(late, EN) == "One of 18 exports is loaded. One is late."
    full = [export for export in one if export.chosen] * 3
    assert checklist_texts.headline(full, EN) == "All three exports are loaded. None is late."
    assert checklist_texts.first_step(one, SV).startswith(
        "Börja med Systemförteckning, som punkterna 4, 5 och 7 behöver"
    )
    assert checklist_texts.first_step(full, SV) == ""
    counts = [checklist_texts.row(each[-1], lambda *_, **__: "", SV).counts for each in (one, late)]
    assert [told[1].replace("\u00a0", " ") for told in counts] == [
        "uttagen dagen före, ska komma varje månad",
        "40 dagar gammal, ska komma varje månad",
    ]


@pytest.mark.live
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_every_export_with_its_template(lang, sample, monkeypatch):
    say, app = Language(lang), opened("imports", monkeypatch, lang=lang)
    assert labels(app, "download_button").count(say("Get template")) == len(SOURCES)
    shown = text(app)
    assert {"sv": "17 av 18 exporter är inlästa", "en": "17 of 18 exports are loaded"}[lang] in shown
    assert shown.count('class="v-export"') == len(SOURCES)
    assert "part=history&amp;import=105" in shown
    assert not [button for button in app.button if str(button.key).startswith("delivers ")]  # the samples stay


@pytest.mark.live
def test_a_note_is_written_on_the_page_and_shown_as_plain_text(own, monkeypatch):
    app = opened("imports", monkeypatch)
    app.button(key="delivers staff").click().run()
    app.text_input(key="delivered by staff").set_value("**HR** <b>x</b>")
    app.text_input(key="delivery address staff").set_value("hr")
    app.text_input(key="delivery days staff").set_value("7")
    next(button for button in app.button if button.label == "Spara").click().run()
    assert "hr är ingen e-postadress." in " ".join(error.value for error in app.error) + text(app)
    app.text_input(key="delivery address staff").set_value("hr@exempel.se")
    next(button for button in app.button if button.label == "Spara").click().run()
    assert not app.exception
    assert not app.text_input
    assert app.button(key="delivers staff").label == r"\*\*HR\*\* \<b\>x\<\/b\>"


def test_a_reminder_is_made_only_for_those_who_may_load_exports():
    late = deliveries.delivery(SOURCES["staff"], DAY, Delivering(), as_of=DAY, late_after=3)
    assert b"X-Unsent: 1" in checklist._reminder(view_of(COORDINATOR), late, Job())
    assert checklist._all_reminders(view_of(COORDINATOR), [late], Job())[:2] == b"PK"
    for make, what in ((checklist._reminder, late), (checklist._all_reminders, [late])):
        with pytest.raises(Refusal):
            make(view_of(ANALYST), what, Job())


def test_a_template_is_made_only_for_those_who_may_load_exports():
    assert no_data._template(view_of(COORDINATOR), SOURCES["staff"], Job())[:2] == b"PK"
    with pytest.raises(Refusal):
        no_data._template(view_of(ANALYST), SOURCES["staff"], Job())

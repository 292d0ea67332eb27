"""The outlook of a review, a page and an extract: one pace, and no month that the last approved review denies."""

import json
from dataclasses import replace
from datetime import date

import pytest

from compliance.access.permissions import COORDINATOR, User
from compliance.access.reader import EVERYTHING, Reader
from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.extracts.extracting import extract
from compliance.loading.loading import FIRST_NAME
from compliance.review import dossier
from compliance.screens import reads
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import outlook
from tests.line import POINTS
from tests.reviewed import Reviewed

pytestmark = pytest.mark.live

DAY, EARLIER = date(2026, 11, 20), date(2025, 11, 20)
SV = Language("sv")
TURNED = (
    "Ingen tydlig riktning: täckningen steg mellan 20 okt 2025 (50,0 %) och 15 okt 2026 (70,0 %) men är nu 70,0 %, "
    "lägre än i genomgången 2025 (80,0 %)."
)


def export(line, met, day):
    told = "\n".join(f"Norr | {n} | {'Genomförd' if n < met else 'Pågår'}" for n in range(20))
    line.load_table(f"Enhet | Krav | Status\n{told}", source="local_instruction", extract_date=day, name=f"{day}.csv")


@pytest.fixture
def turned(tmp_path, monkeypatch):
    """The export of a month before the last approved review arrives late, and turns what fell into what rose."""
    with Reviewed(tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        export(line, 16, date(2025, 11, 10))
        line.done(2025, EARLIER, today=date(2025, 12, 1))
        export(line, 14, date(2026, 10, 15))
        line.known_before = line.wait()
        export(line, 10, date(2025, 10, 20))
        yield line


def of_point(document):
    return document.answer("local_instruction")


def said(answer):
    return outlook.pace(answer.outlook, SV).replace("\N{NO-BREAK SPACE}", " ")


def test_no_month_is_named_where_the_figure_has_turned_since_the_last_review(turned):
    """On the page, in the review and in the extract."""
    document = turned.document(turned.open(2026, DAY))
    assert said(of_point(document)) == TURNED
    data = reads.data(turned.database)
    view = View(Reader(User("tester", COORDINATOR), SV, reads.withheld(data)), data, False, DAY, Scope(FIRST_NAME))
    shown = reads.outlooks(view)["local_instruction"]
    assert outlook.pace(shown, SV).replace("\N{NO-BREAK SPACE}", " ") == TURNED
    part = reads.outlooks(replace(view, scope=Scope(FIRST_NAME, None, "Norr")))["local_instruction"]
    assert (part.reached, part.pace) == (shown.reached, shown.pace)
    asked = {"points": POINTS, "as_of": DAY, "known_at": EVERYTHING_KNOWN, "reader": EVERYTHING}
    with turned.database.cursor() as cursor:
        table = extract(cursor, "outlook", **asked).table.to_pylist()
    (row,) = (row for row in table if row["point_id"] == "local_instruction")
    assert (row["reached"], row["pace"]) == (shown.reached, shown.pace)
    assert (row["pace_from"], row["pace_to"]) == (date(2025, 10, 20), date(2026, 10, 15))


def test_a_unit_has_one_pace_with_and_without_the_department_that_it_came_to_between_the_two_days(turned):
    for day, department in ((date(2025, 10, 1), "Öst"), (date(2026, 10, 1), "Väst")):
        table = f"AD-konto | Enhet | Avdelning | Anställningsdatum\np1 | Norr | {department} | 2020-01-01"
        turned.load_table(table, source="staff", extract_date=day, name=f"staff {day}.csv")
    data = reads.data(turned.database)
    reader = Reader(User("tester", COORDINATOR), SV, reads.withheld(data))
    scopes = (Scope(FIRST_NAME, department, "Norr") for department in ("Väst", None))
    views = (View(reader, data, False, DAY, scope) for scope in scopes)
    within, alone = (reads.outlooks(view)["local_instruction"] for view in views)
    assert (within.before, within.pace) == (alone.before, alone.pace)
    assert within.pace


def test_a_review_measures_between_the_exports_that_were_known(turned):
    """What arrives later gives it no other days, and frozen it keeps the figures of both."""
    review = turned.open(2026, DAY)
    with turned.database.cursor() as cursor:
        then = dossier.compute(cursor, review, own=None, known_at=turned.known_before)
    sentence = "Täckningen sjönk mellan 10 nov 2025 (80,0 %) och 15 okt 2026 (70,0 %)."
    assert said(of_point(then)) == said(of_point(dossier.from_json(dossier.as_json(then)))) == sentence


def test_a_review_frozen_before_paces_had_two_days_is_read_as_it_was(turned):
    told = json.loads(dossier.as_json(turned.document(turned.open(2026, DAY))))
    (answer,) = (answer for answer in told["points"] if answer["point"]["id"] == "local_instruction")
    del answer["heading"]["latest"]
    answer["heading"] |= {"reached": "2028-03"}
    answer["heading"]["before"]["as_of"] = "2025-11-20"
    frozen = dossier.from_json(json.dumps(told))
    assert said(of_point(frozen)) == (
        "I samma takt som mellan 20 nov 2025 (50,0 %) och 20 nov 2026 (70,0 %) nås målet i mars 2028."
    )

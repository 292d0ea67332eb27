"""A unit's list as a workbook and as a mail: all that is left in it, nothing of others, and nothing that runs."""

import io
import pickle
import zipfile
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook

from compliance.core.language import LANGUAGES, Language
from compliance.declarations.points import load_todo, point_by
from compliance.worklists import mails, sending, workbooks
from compliance.worklists.contacts import Contact
from compliance.worklists.lists import Left, WorkList
from compliance.worklists.notes import Note, Notes, Renamed
from tests.line import POINTS

SV = Language("sv")
DAY = date(2026, 11, 20)
NAMELESS = Notes({}, Renamed())


def left(point, item, *, label=None, reason, unit="Norr", detail=None, due=None, earlier=False, outcome="unmet"):
    row = {"item": item, "label": label or item, "unit": unit, "outcome": outcome, "reason": reason}
    point = point_by(POINTS, point)
    todo = load_todo(None)[point.id][reason]
    return Left(point, row | {"detail": detail, "due": due}, date(2026, 6, 30), earlier, todo)


ANNA = Contact("Anna Berg", "anna@a.example", "unit", greeted=True)
NORR = WorkList(
    "Norr",
    "Öst",
    ANNA,
    (
        left("information_security_training", "p1", label="Bo Ek", reason="expired", due=date(2026, 6, 29)),
        left("access", "=1+1", reason="never_reviewed", earlier=True),
        left("processing_record", "B1", label="Löner", reason="incomplete", detail="purpose, recipients"),
        left("incident_handling", "I1", label="Anna ringde om Bo", reason="open_too_long", detail="Anna"),
        left("local_instruction", "Norr/Incidenter", label="Incidenter", reason="ongoing"),
        left("nis_reporting", "I2/final_report", label="Intrång", reason="not_sent"),
    ),
)
SOUTH = WorkList("Söder", "Öst", None, (left("access", "Hemligt", reason="never_reviewed", unit="Söder"),))
NOTE = Note("access", "=1+1", "Norr", "waiting", "@ringde\nigen")
ALL = sending.Sending("Förvaltningen", DAY, Notes({NOTE.key: NOTE}, Renamed()), date(2026, 12, 1), "is@a.example")


def read(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return sheet, [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_has_each_item_with_what_it_lacks_since_when_and_what_to_do():
    sheet, rows = read(workbooks.workbook(NORR, ALL, SV))
    assert [row[0] for row in rows[:3]] == [
        "Informationssäkerhet: att göra i Norr",
        "Sex poster återstår enligt exporterna från Förvaltningen den 20 november 2026.".replace(
            " november ", "\xa0november\xa0"
        ),
        "Svara senast den 1 december 2026 till is@a.example.".replace(" december ", "\xa0december\xa0"),
    ]
    assert [row[1:6] for row in rows[5:]] == [
        ["Bo Ek (p1)", "Godkännandet har gått ut", "2026-06-30", datetime(2026, 6, 29), "Gör om kursen."],
        ["=1+1", "Aldrig granskat", "2026-06-30 eller tidigare", None, "Granska behörigheterna."],
        [
            "Löner (B1)",
            "Uppgifter saknas: Ändamål, Kategorier mottagare",
            "2026-06-30",
            None,
            "Fyll i: Ändamål, Kategorier mottagare.",
        ],
        ["I1", "Öppen för länge", "2026-06-30", None, "Utred incidenten och stäng den, med orsak och åtgärd."],
        ["Incidenter", "Pågår", "2026-06-30", None, "Inför kravet fullt ut och ange vilken dag det blev klart."],
        ["I2, slutrapport", "Inte skickad", "2026-06-30", None, "Skicka rapporten nu."],
    ]
    assert [row[7:9] for row in rows[5:7]] == [[None, None], ["Väntar på svar", "@ringde\nigen"]]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "Hemligt" not in str(rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mail_says_the_same_and_its_address_opens_it(lang):
    mail = mails.mail(NORR, ALL, Language(lang))
    assert mail.whole
    parts = urlsplit(mail.link)
    assert (parts.scheme, parts.path) == ("mailto", "anna@a.example")
    assert parse_qs(parts.query) == {"subject": [mail.subject], "body": [mail.text.replace("\n", "\r\n")]}
    assert mail.text.count("\n- ") == 6
    for text in ("Bo Ek (p1)", "is@a.example", "I1"):
        assert text in mail.text
    assert "Anna ringde" not in mail.text
    assert "Hemligt" not in mail.text
    assert "@ringde" not in mail.text


def test_an_address_that_would_be_too_long_has_no_text_and_the_file_has_it():
    long = replace(NORR, left=NORR.left * 20)
    mail = mails.mail(long, ALL, SV)
    assert not mail.whole
    assert "body=" not in mail.link
    assert len(mail.link) < mails.LONGEST_ADDRESS
    assert mail.as_file(SV).decode("utf-8-sig").splitlines()[:2] == ["Till: anna@a.example", f"Ämne: {mail.subject}"]


@pytest.mark.parametrize(
    "email", ["a@b.example?bcc=x@y.example", "a@b.example,c@d.example", "a@b.example\nBcc: x", None, "nej"]
)
def test_an_address_of_an_export_adds_no_recipient_and_no_field(email):
    unit = 'Norr\r\nBcc: x@y.example&cc=z"'
    each = replace(NORR, unit=unit, contact=Contact("Anna\nBerg", email, "unit", greeted=True))
    mail = mails.mail(each, ALL, SV)
    assert urlsplit(mail.link).path == ""
    assert set(parse_qs(urlsplit(mail.link).query)) == {"subject", "body"}
    assert "\n" not in mail.subject
    assert mail.text.startswith("Hej Anna Berg!\n")
    assert mail.as_file(SV).decode("utf-8-sig").splitlines()[0].strip() == "Till:"


def test_what_is_not_arranged_is_not_said():
    title = Contact("Avdelningschef", "a@b.example", "unit")
    assert mails.mail(replace(SOUTH, contact=title), ALL, SV).text.startswith("Hej!\n")
    mail = mails.mail(replace(SOUTH, contact=None), sending.Sending("Förvaltningen", DAY, NAMELESS), SV)
    assert "Svara" not in mail.text
    assert mail.text.startswith("Hej!\n")


def test_all_lists_are_in_one_zip_each_with_its_mail_under_a_name_of_its_own():
    lists = [NORR, SOUTH, replace(NORR, unit="NORR"), replace(SOUTH, unit=None), replace(SOUTH, unit="a/b:c" * 90)]
    lists += [replace(SOUTH, unit="\N{GRINNING FACE}" * 90), replace(SOUTH, unit="a\N{RIGHT-TO-LEFT OVERRIDE}xslx.exe")]
    content = workbooks.all_of_them(*pickle.loads(pickle.dumps((lists, ALL, SV))), moment=datetime(2026, 11, 20))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert "Hemligt" not in archive.read("Att göra Norr.txt").decode()
        assert len(names) == len({name.casefold() for name in names}) == 2 * len(lists)
    assert names[0] == "Att göra Norr.xlsx"
    assert not [name for name in names if set(name) & set("/\\:\u202e") or len(name) > 90 or len(name.encode()) > 255]

"""A unit's list as a workbook and as a mail: all that is left in it, nothing of others, and nothing that runs."""

import io
import pickle
import zipfile
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
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
NOTE = Note("access", "=1+1", "Norr", "waiting", "@ringde\nigen", message="@läs\nmer", answer="Nej, sa de")
ALL = sending.Sending("Förvaltningen", DAY, Notes({NOTE.key: NOTE}, Renamed()), date(2026, 12, 1), "is@a.example")


def opened(content):
    """A draft as Python reads it, and the cells of the workbook that it has attached."""
    mail = message_from_bytes(content, policy=policy.default)
    (book,) = mail.iter_attachments()
    return mail, mail.get_body().get_content().replace("\r\n", "\n"), read(book.get_content())[1]


def read(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return sheet, [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_has_each_item_with_what_it_lacks_since_when_and_what_to_do():
    sheet, rows = read(workbooks.workbook(NORR, ALL, SV))
    assert [(row[0] or "").replace("\xa0", " ") for row in rows[:4]] == [
        "Informationssäkerhet: att göra i Norr",
        "I Norr återstår sex saker. Svara senast 1 december.",
        "Det framgår av exporterna från Förvaltningen den 20 november 2026.",
        "Fyll i Status och Anteckning i arbetsboken och skicka tillbaka den. Svara till is@a.example.",
    ]
    assert [row[1:6] for row in rows[6:]] == [
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
    assert rows[5][7:] == ["Meddelande från samordnaren", "Status", "Anteckning", "Nyckel"]
    assert [row[7:10] for row in rows[6:8]] == [[None, None, None], ["@läs\nmer", None, None]]
    assert len({row[10] for row in rows[6:]}) == 6
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.formula1, str(offered.sqref)) == ('"Klart,Pågår,Väntar,Inte vårt"', "I7:I12")
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
    for text in ("Bo Ek (p1)", "is@a.example", "I1", "@läs mer"):
        assert text in mail.text
    for text in ("Anna ringde", "Hemligt", "@ringde", "Nej, sa de"):
        assert text not in mail.text


def test_a_draft_begins_with_how_much_is_left_and_until_when_and_ends_with_who_asks():
    mail, text, cells = opened(workbooks.draft(NORR, replace(ALL, asker="Kim\nLund"), SV))
    assert (mail["X-Unsent"], mail["To"], mail["From"], mail["Date"]) == ("1", "anna@a.example", None, None)
    lines = text.replace("\xa0", " ").splitlines()
    assert lines[:3] == ["Hej Anna Berg!", "", "I Norr återstår sex saker. Svara senast 1 december."]
    assert lines[-1] == "Kim Lund"
    assert cells == read(workbooks.workbook(NORR, ALL, SV))[1]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Att göra Norr.xlsx"]
    for nobody in (mails.mail(NORR, ALL, SV).text, mails.mail(NORR, replace(ALL, asker=" "), SV).text):
        assert nobody.endswith("\nInformationssäkerhetssamordnaren")


def test_an_address_that_would_be_too_long_has_no_text_and_the_draft_has_it():
    long = replace(NORR, left=NORR.left * 20)
    mail = mails.mail(long, ALL, SV)
    assert not mail.whole
    assert "body=" not in mail.link
    assert len(mail.link) < mails.LONGEST_ADDRESS
    assert opened(workbooks.draft(long, ALL, SV))[1].strip() == mail.text


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example?bcc=x@y.example",
        "a@b.example,c@d.example",
        "a@b.example\nBcc: x",
        "a@b.example\r\n\r\nHej",
        "anna.öberg@b.example",
        "A <a@b.example>",
        None,
        "nej",
    ],
)
def test_an_address_of_an_export_adds_no_recipient_and_no_field(email):
    unit = 'Norr\r\nBcc: x@y.example&cc=z"'
    each = replace(NORR, unit=unit, contact=Contact("Anna\nBerg", email, "unit", greeted=True))
    mail = mails.mail(each, ALL, SV)
    assert urlsplit(mail.link).path == ""
    assert set(parse_qs(urlsplit(mail.link).query)) == {"subject", "body"}
    assert "\n" not in mail.subject
    assert mail.text.startswith("Hej Anna Berg!\n")
    draft, text, _ = opened(workbooks.draft(each, ALL, SV))
    assert {*draft} == {"X-Unsent", "Subject", "MIME-Version", "Content-Type"}
    assert (draft["Subject"], text.strip()) == (mail.subject, mail.text)


def test_what_is_not_arranged_is_not_said():
    title = Contact("Avdelningschef", "a@b.example", "unit")
    assert mails.mail(replace(SOUTH, contact=title), ALL, SV).text.startswith("Hej!\n")
    mail = mails.mail(replace(SOUTH, contact=None), sending.Sending("Förvaltningen", DAY, NAMELESS), SV)
    assert "Svara" not in mail.text
    assert mail.text.startswith("Hej!\n")


@pytest.mark.parametrize(("make", "ending"), [(workbooks.all_of_them, "xlsx"), (workbooks.drafts, "eml")])
def test_all_lists_and_all_drafts_are_in_a_zip_each_under_a_name_of_its_own(make, ending):
    lists = [NORR, SOUTH, replace(NORR, unit="NORR"), replace(SOUTH, unit=None), replace(SOUTH, unit="a/b:c" * 90)]
    lists += [replace(SOUTH, unit="\N{GRINNING FACE}" * 90), replace(SOUTH, unit="a\N{RIGHT-TO-LEFT OVERRIDE}xslx.exe")]
    lists += [replace(SOUTH, unit="../x")]
    content = make(*pickle.loads(pickle.dumps((lists, ALL, SV))), moment=datetime(2026, 11, 20))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert "Hemligt" not in str(archive.read(f"Att göra Norr.{ending}"))
        assert len(names) == len({name.casefold() for name in names}) == len(lists)
    assert names[0] == f"Att göra Norr.{ending}"
    assert not [name for name in names if set(name) & set("/\\:\u202e") or len(name) > 90 or len(name.encode()) > 255]

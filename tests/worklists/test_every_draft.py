"""The drafts of an organisation of 116 units: each has its own unit's items, and nothing of another, no own note."""

import html
import io
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
from itertools import product
from string import ascii_lowercase

import pytest

from compliance.core.language import Language
from compliance.core.places import ROOT
from compliance.declarations.points import load_todo
from compliance.declarations.sources import load_values
from compliance.extracts.folder import every_extract, zipped
from compliance.screens.point import texts as point_texts
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists import mails, notes, sending, workbooks
from compliance.worklists.lists import Asking, work_lists
from tests.line import POINTS, Line
from tests.readers import MINE
from tests.reviewed import ANSWERS
from tests.searching import unpacked

SV = Language("sv")
DAY = date(2026, 11, 20)
MADE = datetime(2026, 11, 20)
ORGANISATION = "Förvaltningen"
# A token of each unit, which stands in the names of all that is of it.
TOKENS = [f"zq{a}{b}" for a, b in product(ascii_lowercase, repeat=2)][:116]
NAMES = {0: "../Zqaa", 1: "Zqab\\..", 2: "Enhet Zqac <b>", 3: "=Zqad()", 4: "Zqae" * 60, 5: "Zqaf Å/Ä"}
ADDRESSES = {1: "a@b.example,c@d.example", 2: "zq.öberg@a.example", 3: "a@b.example Bcc: x@y.example", 4: "", 5: "nej"}
# Where `make mailprogram` unpacks one.
PROGRAMS = os.pathsep.join([str(ROOT / "build" / "mailprogram" / "usr" / "bin"), os.environ["PATH"]])
FOUND = {"PATH": PROGRAMS}
CHOSEN = {"information_security_training", "classification", "risk_analysis"}
ASKED = tuple(point for point in POINTS if point.id in CHOSEN)


def unit(place):
    return NAMES.get(place, f"Enhet {TOKENS[place].capitalize()}")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Each unit with a head, somebody without a course and a system; two that differ in case alone are one list."""
    line = Line(tmp_path_factory.mktemp("units"))
    staff = ["AD-konto | Namn | E-post | Befattning | Enhet | Avdelning | Anställningsdatum"]
    training = [
        "AD-konto | Kurs | Status | Slutfört datum",
        "annan | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15",
    ]
    systems = [f"Systemnamn | Enhet | Objektägare | Centralt/lokalt | {ANSWERS}"]
    for place, token in enumerate(TOKENS):
        name, email = unit(place), ADDRESSES.get(place, f"{token}@a.example")
        staff.append(f"c{token} | Chef {token.capitalize()} | {email} | Enhetschef | {name} | Öst | 2020-01-01")
        staff.append(f"p{token} | Kim {token.capitalize()} |  | Handläggare | {name.upper()} | Öst | 2020-01-01")
        systems.append(f"System {token} | {name} | Chef {token.capitalize()} | Lokalt | | Nej")
    with line.held():
        for table in (staff, training, systems):
            line.load_table("\n".join(table))
        _write(line)
        yield line


def _write(line):
    """Of every system what is for the coordinator alone, and what is said to the unit."""
    written = [
        notes.Note(
            point,
            f"System {token}",
            unit(place),
            "waiting",
            f"Hemligt {token}",
            message=f"Läs {token}",
            answer="Avslag",
        )
        for place, token in enumerate(TOKENS)
        for point in ("classification", "risk_analysis")
    ]
    notes.write(line.database, written, organisation=ORGANISATION, as_of=DAY, order=line.order())


@pytest.fixture(scope="module")
def made(line):
    """The lists of all units, and what they share."""
    asking = Asking(ORGANISATION, DAY, EVERYTHING_KNOWN, ASKED, load_todo(None), tuple(load_values(None)["managers"]))
    with line.database.cursor() as cursor:
        lists = work_lists(cursor, asking, MINE)
        return lists, replace(sending.begun(cursor, asking, today=DAY), answer_by=date(2026, 12, 11))


@pytest.fixture(scope="module")
def drafts(made):
    """Each draft by its name in the zip, in the order of the lists."""
    with zipfile.ZipFile(io.BytesIO(workbooks.drafts(*made, SV, moment=MADE))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(draft):
    """The fields, the text, and all that is packed in what is attached."""
    mail = message_from_bytes(draft, policy=policy.default)
    (book,) = mail.iter_attachments()
    packed = unpacked(book.get_content())[len(book.get_content()) :]
    fields = [f"{name}: {value}" for name, value in mail.items()]
    texts = [*fields, mail.get_body().get_content(), book.get_filename(), html.unescape(packed.decode("utf-8"))]
    return mail, "\n".join(texts).replace("\xa0", " ")


def test_each_of_116_drafts_has_its_own_units_names_and_items_and_no_others(made, drafts):
    lists, _ = made
    assert (len(lists), len(drafts)) == (116, 116)
    for each, (name, draft) in zip(lists, drafts.items(), strict=True):
        (own,) = {token for token in TOKENS if token in each.unit.casefold()}
        mail, text = read(draft)
        assert {*re.findall(r"zq[a-z]{2}(?![a-z])|(?<=zqae)zqae", text.casefold())} == {own}
        assert not mail.defects
        assert own in name.casefold()
        assert f"System {own}" in text
        assert f"Läs {own}" in text
        assert "Svara senast 11 december." in text
        assert "Hemligt" not in text
        assert "Avslag" not in text


def test_a_draft_tells_no_number_but_that_of_its_own_items(made, drafts):
    """Neither how many there are in the organisation, nor how many in another unit: every list is of another length."""
    lists, all_ = made
    longer = [replace(each, left=each.left * (1 + place)) for place, each in enumerate(lists)]
    with zipfile.ZipFile(io.BytesIO(workbooks.drafts(longer[:12], all_, SV, moment=MADE))) as archive:
        for each, name in zip(longer, archive.namelist(), strict=False):
            mail, _ = read(archive.read(name))
            lines = mail.get_body().get_content().replace("\xa0", " ").replace(each.unit, "").splitlines()
            (said,) = [line for line in lines if "återstår" in line]
            own = {str(len(left)) for left in each.by_point().values()}
            assert SV.in_words(len(each.left)) in said
            assert {re.search(r"\((\d+)\)$", line)[1] for line in lines if re.match(r"\d+ ", line)} == own
            numbers = {n for line in lines if "." in line for n in re.findall(r"(?<![\w-])\d+(?![\w-])", line)}
            assert numbers <= {*own, str(len(each.left)), "20", "2026", "11"}


def test_a_recipient_is_one_address_or_none(made, drafts):
    for each, draft in zip(made[0], drafts.values(), strict=True):
        (place,) = {place for place, token in enumerate(TOKENS) if token in each.unit.casefold()}
        mail = message_from_bytes(draft, policy=policy.default)
        assert mail["To"] == (None if place in ADDRESSES else f"{TOKENS[place]}@a.example")
        assert {*mail.keys()} <= {"X-Unsent", "To", "Subject", "MIME-Version", "Content-Type"}


def test_no_file_and_no_mail_has_an_own_note(line, made):
    """said: that a message is found shows that the search would find a note"""
    lists, all_ = made
    with line.database.cursor() as cursor:
        asked = {"points": POINTS, "as_of": DAY, "known_at": EVERYTHING_KNOWN, "organisation": ORGANISATION}
        extracts = zipped(every_extract(cursor, **asked, reader=MINE), created=MADE, language=SV)
    books = html.unescape(unpacked(workbooks.all_of_them(lists, all_, SV, moment=MADE)).decode("utf-8", "ignore"))
    texts = "\n".join(mails.mail(each, all_, SV).text for each in lists)
    rows = str([_downloaded(line, point, all_) for point in ASKED])
    for text in (books, texts, rows):
        assert "Läs zqbc" in text
    assert "System zqbc" in unpacked(extracts).decode("utf-8", "ignore")
    for text in (books, texts, rows, unpacked(extracts).decode("utf-8", "ignore")):
        assert "Hemligt" not in text


def _downloaded(line, point, all_):
    """The items of a point as its page hands them out to whoever has written the notes."""
    rows = line.items(point.id, DAY)
    written = [row | point_texts.written(all_.notes, point, row, MINE) for row in rows]
    return point_texts.item_rows(point, written, SV)


@pytest.mark.exhaustive
@pytest.mark.skipif(shutil.which("mshow", path=PROGRAMS) is None, reason="mblaze is not installed: make mailprogram")
def test_a_mail_program_reads_each_draft_as_python_does(drafts, tmp_path):
    for place, draft in enumerate(drafts.values()):
        path = tmp_path / f"{place}.eml"
        path.write_bytes(draft)
        mail = message_from_bytes(draft, policy=policy.default)
        subject, listed, text = (
            subprocess.run([*args, path], check=True, capture_output=True, text=True, env=os.environ | FOUND).stdout
            for args in (("mhdr", "-d", "-h", "subject"), ("mshow", "-t"), ("mshow", "-n"))
        )
        assert subject.strip() == mail["Subject"]
        (book,) = mail.iter_attachments()
        assert book.get_filename() in listed
        body = mail.get_body().get_content().split()
        assert " ".join(body) in " ".join(text.split())

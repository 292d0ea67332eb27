"""What a digest tells to whom, without names: what has changed since the last one, what is worst, late and held."""

from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from textwrap import wrap

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.clock import now
from compliance.core.language import Language
from compliance.digest import last
from compliance.digest.digest import digest
from compliance.digest.files import as_text, write_digest
from compliance.intake.rows import IntakeFile, record
from compliance.screens import reads
from compliance.screens.digest.material import digest_of, material_of
from compliance.screens.views import View
from compliance.store import stores
from tests.command import run_here
from tests.line import POINTS, SOURCES
from tests.readers import reader
from tests.reviewed import AS_OF, SYSTEMS, Reviewed, at

NAME = "Förvaltningen"
EARLIER, LATER = date(2026, 11, 21), date(2026, 11, 24)


@pytest.fixture
def draft(tmp_path, monkeypatch):
    """An organisation with a draft review, whose comment on point 4 names a person."""
    with at("draft", tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        line.write(line.review(), "comment", "classification", "Anna Berg klassar Alfa i december.")
        yield line


def view(day, role=COORDINATOR, limit=None, lang="sv"):
    data = reads.data(stores.own())
    who = reader(role, limit=limit, lang=lang, names=["Anna Berg"])
    return View(who, data, False, day, limit or Scope(NAME))


def told(day, *given, **named):
    return as_text(digest_of(view(day, *given, **named))).replace("\N{NO-BREAK SPACE}", " ")


def section(text, title):
    """The lines of a part of a digest."""
    return next(part.splitlines()[1:] for part in text.split("\n\n") if part.startswith(f"{title}\n"))


def test_what_has_changed_is_told_since_the_last_digest_of_an_earlier_day(draft: Reviewed) -> None:
    last.make(draft.database, NAME, as_of=AS_OF, order=draft.order())
    changed = SYSTEMS.replace(
        "Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja"
    )
    draft.load_table(changed, name="systems2.csv", source="systems", extract_date=EARLIER)
    for _ in range(2):
        lines = section(told(EARLIER), "Vad som har ändrats")
        assert lines == [
            "- 4 Informationsklassning. Från 33,3 % till 66,7 %. 1 uppfyller nu kravet.",
            "- Övriga punkter är oförändrade.",
        ]
        # of its own day it is looked at, and compared with nothing
        last.make(draft.database, NAME, as_of=EARLIER, order=draft.order())
    text = told(LATER)
    assert "Jämfört med lägesbilden den 21 november 2026." in text
    assert section(text, "Vad som har ändrats") == ["- Ingen punkt har ändrats."]


def test_points_that_had_no_figure_are_not_compared_and_the_others_are_told_by_whether_they_are_worse(
    draft: Reviewed,
) -> None:
    """Nothing was loaded a month before. Then of five points that fall three are told with why, and one is better."""
    assert section(told(AS_OF), "Vad som har ändrats") == [
        "- Punkterna 3, 4 och 5 går inte att jämföra med den 20 oktober 2026.",
        "- Övriga punkter är oförändrade.",
    ]
    material = material_of(view(AS_OF))
    first = next(each for each in material.explanations if each.after.point.id == "classification")
    half = [replace(figure, met=5, unmet=5, unknown=0) for figure in (first.before, first.after)]

    def moved(place, met):
        before, after = (replace(figure, point=POINTS[place], basis=True) for figure in half)
        return replace(first, before=before, after=replace(after, met=met), changes=())

    explained = tuple(moved(place, met) for place, met in enumerate((4, 1, 2, 3, 4, 9)))
    lines = [
        str(line).replace("\u00a0", " ")
        for line in digest(replace(material, explanations=explained), Language("sv")).sections[0].lines
    ]
    assert [line[:2].strip() for line in lines[:3]] == ["2", "3", "4"]
    assert lines[3:] == ["Punkterna 1 och 5 har också försämrats. Punkt 6 har förbättrats."]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_it_has_half_a_page_however_much_is_late_held_and_written(draft: Reviewed, lang) -> None:
    """What is written is on a line, as it is. Of decisions those that are late for longest are named."""
    review = draft.review()
    for id_ in ("classification", "risk_analysis", "local_instruction"):
        draft.write(review, "comment", id_, "<b>Rad</b>\r\n=två **tre** " + "å" * 9_000)
    for number in range(40):
        draft.decide(review, f"{number}. <i>Klassa</i>\n\n" + "ö " * 700, due=date(2026, 10, 1 + number % 3))
    with draft.database.writing() as cursor:
        for number in range(200):
            source = [*SOURCES][number % 18]
            record(cursor, IntakeFile(1, NAME, f"{number}.xlsx", f"{number:02}", 1, "held", source=source))
    text = told(AS_OF, lang=lang)
    assert "<b>Rad</b> =två **tre** åå" in text
    assert ("40 av 41 öppna är försenade." if lang == "sv" else "40 of 41 open are late.") in text
    assert text.count("Skulle ha varit klart den 1 oktober" if lang == "sv" else "done by 1 October") == 3
    assert sum(len(wrap(line, 90)) for line in text.splitlines()) <= 38


def test_a_part_is_not_told_that_nothing_is_held(draft: Reviewed) -> None:
    material = material_of(view(AS_OF))
    full = tuple(each for each in material.explanations if each.after.basis)
    said = [
        str(digest(replace(material, explanations=full, whole=whole), Language("sv")).sections[-1].lines[-1])
        for whole in (None, replace(material.whole, held=(), late=()))
    ]
    assert said == ["Underlag finns för alla punkter.", "Inget hålls och inget saknas."]


def test_that_nothing_lapses_is_said_only_of_what_may_be_told(draft: Reviewed) -> None:
    material = material_of(view(AS_OF))
    for lapsing, said in (((POINTS[0], 0),), "Inget går ut till"), (((POINTS[0], None),), "Av det som kan redovisas"):
        sections = digest(replace(material, lapsing=lapsing), Language("sv")).sections
        (line,) = [line for section in sections for line in section.lines if said in line.text]
        assert str(line).startswith(said)


def test_the_worst_points_have_the_comment_without_names(draft: Reviewed) -> None:
    worst = section(told(AS_OF), "Längst från målet")
    assert "- 4 Informationsklassning. 33,3 %, mål 95 %. Kommentar: […] klassar Alfa i december." in worst
    assert "Kommentar" not in told(AS_OF, ANALYST)


def test_decisions_are_told_to_those_who_may_read_them(draft: Reviewed) -> None:
    draft.decide(draft.review(), "Anna Berg klassar allt", due=date(2026, 10, 1), point="classification")
    assert section(told(AS_OF), "Beslut")[-1] == (
        "- 2026-2. […] klassar allt. Skulle ha varit klart den 1 oktober 2026."
    )
    assert "\nBeslut\n" in told(AS_OF, MANAGEMENT)
    assert "\nBeslut\n" not in told(AS_OF, ANALYST)


def test_a_part_is_told_nothing_of_the_whole(draft: Reviewed) -> None:
    """Neither decisions nor comments nor what is held; and nothing of so few persons."""
    courses = [f"p1 | {code} | {code} | Godkänd | 2026-01-01" for code in ("ISEC", "GDPR")]
    training = "\n".join(["AD-konto | Kurs | Kurskod | Status | Slutfört datum", *courses])
    draft.load_table(training, source="training", extract_date=AS_OF)
    with draft.database.writing() as cursor:
        record(cursor, IntakeFile(1, NAME, "Hemlig.xlsx", "00", 1, "held", source="systems"))
    text = told(AS_OF, COORDINATOR, Scope(NAME, "Öst"))
    assert "Om punkterna 1 och 2 sägs inget, eftersom det gäller för få personer." in text
    assert [word for word in ("Beslut", "Kommentar", "hålls") if word in text] == []


def test_what_the_intake_holds_is_told_by_source_and_not_by_name(draft: Reviewed) -> None:
    with draft.database.writing() as cursor:
        for sha, source in (("00", "systems"), ("01", "systems"), ("02", None)):
            record(cursor, IntakeFile(1, NAME, f"Hemlig {sha}.xlsx", sha, 1, "held", source=source))
        record(cursor, IntakeFile(1, NAME, "In.xlsx", "03", 1, "loaded", source="staff"))
    (held, *_) = section(told(AS_OF), "Underlag")
    assert held == "- 3 filer hålls tills någon svarar på frågorna om dem: Systemförteckning 2 och inte igenkänd 1."
    assert "Hemlig" not in told(AS_OF)


def test_exports_that_are_late_are_told_with_the_day_on_which_they_were_expected(draft: Reviewed) -> None:
    (late, *_) = section(told(date(2027, 12, 1)), "Underlag")
    assert late.startswith("- 3 exporter är försenade: ")
    assert "Personallista, väntades den" in late


def test_nothing_is_told_where_nothing_is_loaded(own) -> None:
    assert told(AS_OF).splitlines()[-1] == "Ingen export är inläst till och med den 20 november 2026."


def test_a_draft_of_a_mail_says_the_same_as_the_text(draft: Reviewed) -> None:
    shown = digest_of(view(AS_OF))
    mail = message_from_bytes(write_digest(shown, "eml", Language("sv"), made_at=now()), policy=policy.default)
    assert (mail["X-Unsent"], mail["To"]) == ("1", None)
    assert mail["Subject"] == f"Lägesbild 20 november 2026, {NAME}"
    assert mail.get_content().splitlines() == as_text(shown).splitlines()


def test_the_command_makes_a_digest_and_of_a_department_only_a_file(draft: Reviewed, tmp_path) -> None:
    def run(name, *options):
        done = run_here(draft.database.path, "digest", "--to", tmp_path / name, "--as-of", AS_OF, *options)
        return done.returncode, len(draft.rows("from digests"))

    assert run("a.txt") == (0, 1)
    assert run("b.txt", "--department", "öst") == (0, 1)
    assert (tmp_path / "b.txt").read_text("utf-8-sig").splitlines()[1] == f"{NAME} · Öst"
    assert run("c.txt", "--department", "Väst") == (2, 1)
    assert run("d.pdf") == (2, 1)

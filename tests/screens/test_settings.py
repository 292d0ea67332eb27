"""The page of settings for every role in both languages: points of one's own, installed and switched on and off."""

import re
from datetime import date, datetime
from typing import Any

import pytest

from compliance.access import permissions
from compliance.access.permissions import ADMINISTRATOR, AT_THIS_MACHINE, COORDINATOR, ROLES, Permission, User
from compliance.core.language import LANGUAGES, Language
from compliance.core.places import PACKS, ROOT
from compliance.correcting import packs
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.loading.loading import FIRST_NAME, Order
from compliance.package.packs import zip_of
from compliance.store import packs as stored
from tests.apps import App, opened, plain, press, text
from tests.line import Line

NAME, SV = "compliance.continuity", Language("sv")
DAY = date(2026, 10, 31)
ON, OFF = f"switch {NAME} False", f"switch {NAME} True"


def files(**changed):
    found = folder_files(PACKS / NAME)
    for old, new in changed.values():
        assert old in found["point.toml"]
        found["point.toml"] = found["point.toml"].replace(old, new)
    return found


def newer():
    return files(version=('version = "1.0"', 'version = "1.1"'), target=("target = 0.95", "target = 0.90"))


def install(database, texts):
    packs.install(database, read_pack(texts, origin=NAME), Order("Ada"))


def switch(database, *, on=True, from_day=DAY):
    packs.switch(database, NAME, FIRST_NAME, on=on, from_day=from_day, as_of=DAY, order=Order("Bo"))


@pytest.fixture
def loaded(own, tmp_path):
    """The app on a database with two systems."""
    line = Line(tmp_path)
    line.database = own
    line.load_table("System | Verksamhetskritiskt\nAlfa | Ja\nBeta | Ja", source="systems", extract_date=DAY)
    return own


def buttons(app):
    return [plain(button.label) for button in app.button if button.key.split()[0] in {"install", "on", "off"}]


def switches(database):
    with database.cursor() as cursor:
        return [(each.is_on, each.from_day, each.switched_by) for each in stored.switches(cursor, as_of=DAY)]


@pytest.mark.live
def test_a_pack_is_installed_its_figure_seen_and_switched_on_and_off(loaded, monkeypatch):
    app = opened("settings", monkeypatch)
    shown = text(app)
    assert f"0</strong> av {len(product_packs())} egna punkter är på i {FIRST_NAME}." in shown
    assert shown.count("Inte installerad") == len(product_packs())
    assert shown.count("Följer med produkten") == shown.count("Produktens tester") == len(product_packs())
    assert buttons(app) == ["Installera version 1.0"] * len(product_packs())
    app.button(key=f"install {read_pack(files(), origin=NAME).sha256}").click().run()
    assert "Version 1.0 av Kontinuitetsplaner är installerad." in text(app)
    app = opened("settings", monkeypatch, unfolded=ON)
    assert "Ingen export av Kontinuitetsplaner är inläst till och med den 31 oktober 2026." in plain(text(app))
    assert any("Hämta mall: Kontinuitetsplaner" in each.proto.label for each in app.get("download_button"))
    press(app, "Slå på från 31 oktober 2026")
    assert f"Kontinuitetsplaner är på i {FIRST_NAME} från 31 oktober 2026." in plain(text(app))
    app = opened("settings", monkeypatch, unfolded=OFF)
    assert "finns kvar, och godkända genomgångar påverkas inte." in text(app)
    app.date_input(key=f"from {NAME} {DAY}").set_value(date(2026, 12, 1)).run()
    press(app, "Slå av från 1 december 2026")
    assert switches(loaded) == [(False, date(2026, 12, 1), "tester"), (True, DAY, "tester")]
    assert "av från 1 december 2026" in plain(text(app))
    app = opened("settings", monkeypatch, unfolded="history of packs")
    history = text(app)[text(app).index("<caption") if "<caption" in text(app) else -3000 :]
    rows = [re.sub("<.*?>", " ", row) for row in re.findall("<tr>.*?</tr>", history.replace("\u00ad", ""))]
    for said, row in zip(("Slogs av från", "Slogs på från", "Version 1.0 installerades"), rows[-3:], strict=True):
        assert said in row
        assert "Kontinuitetsplaner" in row
    trail = plain(text(opened("audit", monkeypatch, as_of="2026-11-24")))
    for said in ("Installerade en egen punkt", "Slog på eller av en egen punkt", "slogs av", "Kontinuitetsplaner"):
        assert said in trail


@pytest.mark.live
def test_who_runs_the_service_installs_and_a_coordinator_switches(loaded, monkeypatch):
    install(loaded, files())
    theirs = opened("settings", monkeypatch, role=ADMINISTRATOR)
    assert "1</strong> av 3 egna punkter är installerad." in text(theirs)
    assert "På i 0 av 1 förvaltningar" in text(theirs)
    assert buttons(theirs) == ["Installera version 1.0"] * 2
    assert [field.label for field in theirs.file_uploader] == ["ZIP-fil med en punkt"]
    mine = opened("settings", monkeypatch, role=COORDINATOR, unfolded=ON)
    assert (buttons(mine), len(mine.file_uploader)) == (["Slå på från 31 oktober 2026"], 0)


@pytest.mark.live
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.id)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_for_every_role_in_both_languages(role, lang, loaded, monkeypatch):
    say = Language(lang)
    if Permission.SEE_SETTINGS not in role.permissions:
        monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role))
        alone = App(ROOT / "pages" / "settings.py")
        alone.query_params["lang"] = lang
        alone.run()
        assert say("You are not allowed to do this. Ask the coordinator.") in text(alone)
        return
    shown = text(opened("settings", monkeypatch, role=role, lang=lang))
    assert say("Points of your own") in shown
    assert say("Not installed") in shown


@pytest.mark.live
def test_a_newer_version_in_the_folder_is_told_with_what_it_would_change(loaded, monkeypatch):
    install(loaded, files())
    switch(loaded)
    folder = loaded.path.parent / packs.FOLDER / NAME
    folder.mkdir(parents=True)
    for name, content in newer().items():
        (folder / name).write_text(content, "utf-8")
    sha256 = read_pack(newer(), origin=NAME).sha256
    app = opened("settings", monkeypatch, unfolded=f"effect {sha256}")
    assert f"Version 1.1, SHA-256 {sha256[:12]}…, finns att installera." in text(app)
    assert "Ingen siffra för den" in text(app)
    app.button(key=f"install {sha256}").click().run()
    mine = opened("settings", monkeypatch, role=COORDINATOR, unfolded=f"since {NAME}")
    assert f"1.1, SHA-256 {sha256[:12]}…, installerad" in text(mine)
    assert "Ingen siffra för den" in text(mine)


@pytest.mark.live
def test_a_zip_is_shown_with_its_sum_before_it_is_installed_and_one_that_is_none_is_refused(loaded, monkeypatch):
    app = opened("settings", monkeypatch, role=ADMINISTRATOR)
    uploader: Any = app.file_uploader[0]
    content = zip_of(newer(), datetime(2026, 11, 1))
    uploader.set_value([("kontinuitet.zip", content, ""), ("bild.zip", b"PK", "")]).run()
    pack = read_pack(newer(), origin=NAME)
    assert pack.sha256[:12] in text(app)
    assert "bild.zip" in text(app)
    app.button(key=f"install {pack.sha256}").click().run()
    with loaded.cursor() as cursor:
        assert [version.sha256 for version in stored.versions(cursor)] == [pack.sha256]


@pytest.mark.live
def test_a_folder_that_cannot_be_read_says_why_and_leaves_the_others(loaded, monkeypatch):
    folder = loaded.path.parent / packs.FOLDER / "city.rooms"
    folder.mkdir(parents=True)
    (folder / "point.toml").write_text("publisher = ", "utf-8")
    shown = text(opened("settings", monkeypatch))
    assert "city.rooms saknar filen" in shown
    assert shown.count("Inte installerad") == len(product_packs()) + 1


@pytest.mark.live
def test_a_review_of_the_pack_that_has_passed_is_told(loaded, monkeypatch):
    install(loaded, files(review=("next_review = 2027-12-31", "next_review = 2020-12-31")))
    assert "har passerat" in text(opened("settings", monkeypatch))


@pytest.mark.live
def test_nothing_is_installed_in_the_samples(sample, monkeypatch):
    app = opened("settings", monkeypatch, role=AT_THIS_MACHINE)
    assert "Det här är exempeldata" in text(app)
    assert buttons(app) == []
    assert not app.file_uploader

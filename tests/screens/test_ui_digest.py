"""The page of the digest: what it says for each role in both languages, its files, and the button that makes one."""

from email import message_from_bytes, policy

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, HEAD, MANAGEMENT
from compliance.core.language import LANGUAGES, Language
from tests.apps import links, opened, press, text
from tests.layers import first_of
from tests.reviewed import AS_OF

pytestmark = pytest.mark.live
DAY = AS_OF.isoformat()


@pytest.mark.parametrize("lang", first_of(LANGUAGES))
@pytest.mark.parametrize("role", first_of([COORDINATOR, HEAD, MANAGEMENT, ANALYST]), ids=lambda role: role.id)
def test_who_sees_figures_sees_the_digest_and_only_who_loads_exports_makes_one(stage, monkeypatch, role, lang):
    stage("draft")
    say, app = Language(lang), opened("digest", monkeypatch, role=role, lang=lang, as_of=DAY)
    shown = text(app).replace("\u00ad", "")
    assert say("Digest") in shown
    assert say("What has changed") in shown
    assert any("point=classification" in address for address in links(app))
    assert [button.key for button in app.button if button.key == "make digest"] == ["make digest"] * (
        role is COORDINATOR
    )
    assert (say("Decisions") in shown) == (role is not ANALYST)


def test_the_button_makes_a_digest_with_which_later_days_are_compared(stage, monkeypatch):
    line = stage("draft")
    app = opened("digest", monkeypatch, as_of=DAY)
    press(app, "Gör en ny lägesbild")
    assert "Gjord " in text(app)
    assert line.rows("select as_of, made_by from digests") == [{"as_of": AS_OF, "made_by": "tester"}]
    assert "Jämfört med lägesbilden den 20 november 2026." in text(
        opened("digest", monkeypatch, as_of="2026-11-21")
    ).replace("\u00a0", " ")


@pytest.mark.usefixtures("made_here")
def test_that_nothing_is_loaded_is_said_once(stage, monkeypatch):
    stage("draft")
    app = opened("digest", monkeypatch, as_of="2020-01-01")
    assert text(app).count("Ingen export är inläst") == 1


def test_its_files_hand_on_what_the_page_says(stage, monkeypatch, files):
    stage("draft")
    opened("digest", monkeypatch, as_of=DAY)
    mail = message_from_bytes(files["digest eml"](), policy=policy.default)
    for said in (mail.get_content(), files["digest txt"]().decode("utf-8-sig")):
        assert said.replace("\u00a0", " ").splitlines()[0] == "Lägesbild 20 november 2026"
    assert files["digest docx"]().startswith(b"PK")

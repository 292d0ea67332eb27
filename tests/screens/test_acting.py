"""What a click does is done by whoever the person is at that moment: a role that was taken away does nothing more."""

import json

import pytest

from compliance.access import people
from compliance.access.permissions import ANALYST, COORDINATOR, HEAD, User
from compliance.core.errors import Refusal
from compliance.screens import downloads, views
from compliance.store import register
from tests.apps import opened, text
from tests.reviewed import AS_OF

pytestmark = pytest.mark.live

ISSUER = "https://login.example.se"


class Somebody:
    """Somebody who has logged in, with the role that they hold at this moment."""

    def __init__(self, name, role):
        self.name, self.role = name, role
        self.person = people.known(ISSUER, name, name)

    def __call__(self):
        return User(self.name, self.role, self.person)


@pytest.fixture
def by(monkeypatch):
    """A page as somebody who has logged in sees it; returns it with a function that takes their role away."""

    def open_(page, name, role, **params):
        somebody = Somebody(name, role)
        monkeypatch.setattr(views, "asking", lambda: somebody)
        app = opened(page, monkeypatch, role=role, **{"as_of": AS_OF.isoformat(), **params})
        return app, lambda: setattr(somebody, "role", ANALYST)

    return open_


def entries():
    return register.own().rows("entries", after=0)


def told(before):
    """The entries since an earlier number of them, as action and what."""
    return [f"{row['action']}: {row['what']}" for row in entries()[before:]]


@pytest.mark.exhaustive
def test_a_signature_and_a_revocation_are_not_done_after_the_role_is_gone(stage, by):
    line = stage("submitted")
    app, lose = by("review", "Rolf Ahlberg", HEAD, part="sign")
    lose()
    app.button(key="approve").click().run()
    assert line.now(line.review()).state == "submitted"
    app, lose = by("imports", "Ylva Nordgren", COORDINATOR, part="history")
    app.query_params["import"] = str(1)
    app.run()
    app.text_area(key="reason 1").set_value("Fel fil")
    lose()
    app.button(key="revoke 1").click().run()
    assert line.rows("from revocations") == []


@pytest.mark.exhaustive
def test_a_text_that_is_left_after_the_role_is_gone_is_refused_and_told(stage, by):
    line = stage("draft")
    app, lose = by("review", "Ylva Nordgren", COORDINATOR, point="classification")
    before = len(entries())
    lose()
    app.text_area(key="comment 1 classification").set_value("Efteråt.").run()
    assert line.written(line.review()).comments["classification"] == "Om classification."
    assert told(before) == ["refusal: write_review"]


def test_a_file_is_made_for_whoever_the_page_was_drawn_for_and_told(stage, by, files):
    stage("approved")
    _, lose = by("review", "Ylva Nordgren", COORDINATOR, part="documents")
    before = len(entries())
    for key in ("measures", "peer file"):
        assert files[key]()
    assert told(before) == ["extract: measures", "extract: figures to share"]
    details = json.loads(entries()[-1]["details"])
    assert details.items() >= {"format": "json", "review": 1, "version": 1, "day": "2026-11-20"}.items()
    assert details["bytes"] > 200
    assert {row["person"] for row in entries()[before:]} == {people.known(ISSUER, "Ylva Nordgren", "Ylva Nordgren")}
    lose()
    for key in ("measures", "peer file", "package", "report docx False"):
        with pytest.raises(Refusal, match=downloads.ANOTHER[:40]):
            files[key]()
    assert told(before)[2:] == ["refusal: file"]


def test_who_has_logged_in_signs_in_their_own_name_and_not_twice(stage, by):
    line = stage("draft")
    app, _ = by("review", "Ylva Nordgren", COORDINATOR, part="sign")
    assert app.text_input == []
    assert "Du gör det här som Ylva Nordgren, enligt din inloggning." in text(app)
    for box in app.checkbox:
        box.check()
    app.run()
    app.button(key="submit").click().run()
    review = line.now(line.review())
    assert (review.state, review.submitted_by, review.submitter) == (
        "submitted", "Ylva Nordgren", people.known(ISSUER, "Ylva Nordgren", "Ylva Nordgren"),
    )  # fmt: skip
    app, _ = by("review", "Ylva Nordgren", HEAD, part="sign")
    app.button(key="approve").click().run()
    assert line.now(line.review()).state == "submitted"
    app, _ = by("review", "Rolf Ahlberg", HEAD, part="sign")
    app.button(key="approve").click().run()
    shown = text(app)
    assert line.now(line.review()).state == "approved"
    assert f"Godkänd: inloggad via {ISSUER}." in shown

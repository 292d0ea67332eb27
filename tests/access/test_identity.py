"""Who somebody is by an ID token: only one that was given for this login, to this service, by this provider, now."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from compliance.access.identity import EXPIRED, OVERAGE, WRONG, identity
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.declarations.login import Login, Rule

NOW = datetime(2026, 11, 27, 8, 0)
SECONDS = int(NOW.replace(tzinfo=UTC).timestamp())
NONCE = "n-0S6_WzA2Mj"
PLACE = {"organisation": "Förvaltningen", "department": "Omsorg", "unit": None}
NOWHERE = dict.fromkeys(PLACE)
RULES = (
    Rule("Compliance.Analyst", {"role": "analyst", **NOWHERE}),
    Rule("Compliance.Omsorg", {"role": "management", **PLACE}),
)
LOGIN = Login("https://login.example.se/t1", "compliance", "secret", "t1", "roles", "openid", "", "Sara", RULES)
CLAIMS = {
    "iss": LOGIN.issuer, "sub": "s1", "aud": "compliance", "nonce": NONCE, "exp": SECONDS + 300, "iat": SECONDS,
    "tid": "t1", "name": "Anna Ask", "roles": ["Compliance.Analyst", "Other.Role"],
}  # fmt: skip


def token_of(header):
    return f"{base64.urlsafe_b64encode(header.encode()).decode().rstrip('=')}.claims.signature"


TOKEN = token_of('{"alg":"RS256"}')


def known(login=LOGIN, without=(), token=TOKEN, **claims):
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if name not in without}
    return identity(said, token, login, nonce=NONCE, now=NOW)


def test_a_person_is_the_subject_of_the_issuer_with_the_roles_of_the_rules():
    anna = known()
    assert (anna.issuer, anna.subject, anna.name, anna.held) == (LOGIN.issuer, "s1", "Anna Ask", (Held("analyst"),))
    assert known(roles="Compliance.Omsorg").held == (Held("management", Scope("Förvaltningen", "Omsorg")),)
    assert known(without=["roles"]).held == known(roles=[["Compliance.Analyst"], 5, None]).held == ()
    for odd in (5, True, None, {"Compliance.Analyst": False}, b"Compliance.Analyst"):
        assert known(roles=odd).held == ()
    assert known(aud=["compliance", "other"], azp="compliance").subject == "s1"
    assert known(without=["name"], preferred_username="anna@example.se").name == "anna@example.se"
    assert known(name="A\u202e\x00nna\n\ud800 Ask\u200b").name == "A nna Ask"
    assert known(name="\u200b\u2066 ", email="anna@example.se").name == "anna@example.se"
    assert known(exp=SECONDS - 59, iat=SECONDS + 59).subject == "s1"


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("iss", ["https://login.example.se/t2", "https://login.example.se/t1/", "", None]),
        ("sub", ["", None, 5, ["s1"], "s" * 256, "s\n1"]),
        ("aud", [[], "", None, "other", ["other"], {"compliance": 1}, "compliance2"]),
        ("azp", ["other", "", None]),
        ("nonce", ["", None, NONCE + "x", [NONCE]]),
        ("tid", ["t2", "", None, ["t1"]]),
    ],
)
def test_a_token_for_somebody_or_something_else_lets_nobody_in(claim, values):
    for value in values:
        with pytest.raises(Refusal) as refused:
            known(**{claim: value})
        assert (refused.value.message, refused.value.values) == (WRONG, {"claim": claim})
    if claim != "azp":
        with pytest.raises(Refusal):
            known(without=[claim])


def test_a_token_for_several_says_which_of_them_it_was_given_to():
    with pytest.raises(Refusal) as refused:
        known(aud=["compliance", "other"])
    assert refused.value.values == {"claim": "azp"}


@pytest.mark.parametrize("header", ['{"alg":"none"}', '{"alg":"None"}', "{}", "5", "ü", ""])
def test_a_token_that_nobody_has_signed_lets_nobody_in(header):
    with pytest.raises(Refusal) as refused:
        known(token=token_of(header) if header else "")
    assert refused.value.values == {"claim": "alg"}


@pytest.mark.parametrize(
    "times",
    [
        {"exp": SECONDS - 61}, {"exp": None}, {"exp": str(SECONDS + 300)}, {"exp": True}, {"iat": SECONDS + 61},
        {"iat": None}, {"exp": float("nan")}, {"iat": float("nan")},
    ],
)  # fmt: skip
def test_a_token_that_does_not_hold_now_lets_nobody_in(times):
    with pytest.raises(Refusal) as refused:
        known(**times)
    assert refused.value.message == EXPIRED


def test_without_a_nonce_of_ones_own_no_token_is_the_answer():
    with pytest.raises(Refusal):
        identity({**CLAIMS, "nonce": ""}, TOKEN, LOGIN, nonce="", now=NOW)


def test_groups_that_the_provider_left_out_are_told_and_let_nobody_in():
    by_groups = replace(LOGIN, claim="groups")
    for overage in ({"_claim_names": {"groups": "src1"}}, {"hasgroups": True}):
        with pytest.raises(Refusal) as refused:
            known(by_groups, **overage)
        assert refused.value.message == OVERAGE
        assert known(**overage).held == (Held("analyst"),)

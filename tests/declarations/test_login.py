"""The settings of the login: none where nothing is said, and a sentence for each that is wrong."""

import pytest

from compliance.access import permissions
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.places import login_environment
from compliance.declarations.login import ROLES
from compliance.declarations.settings import load_settings

SV = Language("sv")
PUBLIC = "https://efterlevnad.example.se"
RIGHT = """
[login]
issuer = "https://login.example.se"
client_id = "compliance"
client_secret = "secret"
contact = "Sara"
[[login.roles]]
value = "C"
role = "coordinator"
[[login.roles]]
value = "A"
role = "analyst"
organisation = "Förvaltningen"
unit = "Norr"
"""


def read(folder, text, public=PUBLIC, **environment):
    (folder / "server.toml").write_text(text, "utf-8")
    login = {f"COMPLIANCE_LOGIN_{name.upper()}": value for name, value in environment.items()}
    return load_settings(folder, public_address=public, login=login).login


def told(*args, **kwargs):
    """What is said to be wrong, in Swedish."""
    with pytest.raises(ExceptionGroup) as group:
        read(*args, **kwargs)
    return [SV.refusal(refusal) for refusal in group.value.exceptions if isinstance(refusal, Refusal)]


def test_the_roles_that_the_settings_may_give_are_those_of_the_product():
    assert tuple(role.id for role in permissions.ROLES) == ROLES


def test_where_nothing_is_said_there_is_no_login(tmp_path):
    assert load_settings(None).login is None
    assert read(tmp_path, '[login]\nclaim = "groups"\n') is None


def test_settings_come_from_the_file_and_the_environment_above_it(tmp_path):
    login = read(tmp_path, RIGHT, client_secret="from the environment")
    assert (login.issuer, login.client_secret, login.claim) == (
        "https://login.example.se",
        "from the environment",
        "roles",
    )
    assert login.metadata == "https://login.example.se/.well-known/openid-configuration"
    assert [rule.value for rule in login.roles] == ["C", "A"]
    assert login.roles[1].row == {
        "role": "analyst",
        "organisation": "Förvaltningen",
        "department": None,
        "unit": "Norr",
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('issuer = "https://login.example.se"\n', "", "saknar issuer"),
        ('client_id = "compliance"\n', "", "COMPLIANCE_LOGIN_CLIENT_ID"),
        ('client_secret = "secret"\n', 'client_secret = "  "\n', "saknar client_secret"),
        ('contact = "Sara"\n', "contact = 5\n", "saknar contact"),
        ('contact = "Sara"\n', 'contact = "Sara"\nclaim = ""\n', "saknar claim"),
        ('contact = "Sara"\n', 'contact = "Sara"\nclientid = "x"\n', "inställningen login.clientid finns inte"),
        ('contact = "Sara"\n', 'contact = "Sara"\nscope = "profile"\n', "saknas openid"),
        ('contact = "Sara"\n', 'contact = "Sara"\nprompt = "create"\n', "inget av select_account, login"),
        ("https://login", "http://login", "börjar med https"),
        ("https://login.example.se", "https://login.example.se?x=1", "börjar med https"),
        ('role = "coordinator"', 'role = "boss"', "[[login.roles]] 1, role: ”boss” är inget av"),
        ('value = "C"\n', "", "regel 1 för roller saknar"),
        ('value = "C"', "value = 5", "regel 1 för roller saknar"),
        ('value = "C"', 'value = "C"\nplace = "x"', "inställningen login.roles.place finns inte"),
        ('organisation = "Förvaltningen"\n', "", "regel 2 anger en del av en organisation"),
    ],
)
def test_each_that_is_wrong_is_told_in_a_sentence(old, new, words, tmp_path):
    assert old in RIGHT
    assert words in "\n".join(told(tmp_path, RIGHT.replace(old, new, 1)))


def test_a_variable_that_is_misspelt_is_told_and_opens_nothing(tmp_path):
    [sentence] = told(tmp_path, RIGHT, tenannt="t1")
    assert sentence.startswith("”COMPLIANCE_LOGIN_TENANNT” finns inte. Menar du COMPLIANCE_LOGIN_")
    assert any("COMPLIANCE_LOGIN_ISUER" in one for one in told(tmp_path, "", isuer="https://login.example.se"))


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    assert told(tmp_path, "login = 5") == ["server.toml: skriv [login] på en egen rad och det som hör dit under den."]
    assert len(told(tmp_path, '[login]\nissuer = "x"\nroles = 5\n', public="")) == 6


@pytest.mark.parametrize(("public", "fine"), [("http://intern.example.se", False), ("http://localhost:8501", True)])
def test_the_service_is_reached_through_tls_but_for_this_machine(public, fine, tmp_path):
    if fine:
        assert read(tmp_path, RIGHT, public=public)
    else:
        assert "som https://" in told(tmp_path, RIGHT, public=public)[0]


def test_the_secret_may_stand_in_a_file_that_systemd_gives_to_the_service_alone(tmp_path, monkeypatch):
    (tmp_path / "client_secret").write_text("kept by systemd\n", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("COMPLIANCE_LOGIN_CLIENT_ID", "compliance")
    said = dict(login_environment())
    assert (said["COMPLIANCE_LOGIN_CLIENT_ID"], said["COMPLIANCE_LOGIN_CLIENT_SECRET"]) == (
        "compliance",
        "kept by systemd",
    )
    monkeypatch.setenv("COMPLIANCE_LOGIN_CLIENT_SECRET", "said aloud")
    assert dict(login_environment())["COMPLIANCE_LOGIN_CLIENT_SECRET"] == "said aloud"

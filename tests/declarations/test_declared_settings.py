"""The server's settings, and refusing invalid ones before it starts."""

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.declarations.settings import MB, Limits, load_settings


def test_the_limits_are_those_of_the_product():
    assert load_settings(None).uploads == Limits(200 * MB, 40, 500 * MB, 1024 * MB)
    assert (load_settings(None).public_address, load_settings(None).drain_seconds) == ("", 30)


def own(folder, text):
    (folder / "server.toml").write_text(text, "utf-8")
    return folder


def test_an_organisations_own_are_laid_over_them(tmp_path):
    settings = load_settings(
        own(tmp_path, 'public_address = "https://a.example.se"\n[uploads]\nfile_mb = 5\nfiles = 3\n')
    )
    assert settings.uploads == Limits(5 * MB, 3, 500 * MB, 1024 * MB)
    assert settings.public_address == "https://a.example.se"
    assert load_settings(tmp_path, public_address="https://b.example.se").public_address == "https://b.example.se"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Efterlevnad.Example.SE/", "https://efterlevnad.example.se"),
        ("https://efterlevnad.example.se:443", "https://efterlevnad.example.se"),
        (" http://intern:8080 ", "http://intern:8080"),
        ("http://[::1]:8501", "http://[::1]:8501"),
        ("https://räkna.example.se", "https://xn--rkna-loa.example.se"),
    ],
)
def test_the_public_address_is_as_browsers_write_it(address, origin):
    assert load_settings(None, public_address=address).public_address == origin


@pytest.mark.parametrize(
    "address",
    [
        "efterlevnad.example.se", "ftp://example.se", "https://", "https://example.se/path", "https://a@example.se",
        "https://example.se?x", "https://example.se:port", "*", "null", "https://exa mple.se", "https://*.example.se",
        "https://a..se", "https://[::1",
    ],
)  # fmt: skip
def test_what_is_no_public_address_is_refused_with_one_that_is(address):
    with pytest.raises(Refusal, match=r"https://efterlevnad\.example\.se"):
        load_settings(None, public_address=address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[uploads]\nfile_mb = 0\n", "file_mb är ett heltal"),
        ("[uploads]\nfiles = true\n", "files är ett heltal"),
        ("[uploads]\nsession_mb = 1.5\n", "session_mb är ett heltal"),
        ('[uploads]\nserver_mb = "stor"\n', "server_mb är ett heltal"),
        ("[uploads]\nserver_mb = 99999999999\n", "server_mb är ett heltal"),
        ("[uploads]\nfile_mb = 600\n", "file_mb är större än session_mb"),
        ("[uploads]\nserver_mb = 400\n", "session_mb är större än server_mb"),
        ("[uploads]\nfil_mb = 600\n", "fil_mb"),
        ("drain_seconds = -1\n", "drain_seconds är ett heltal från 0"),
        ("upload = 5\n", "upload"),
        ("uploads = 5\n", "[uploads]"),
        ('metrics_from = ["10.0.0.13", "10.0.0.1/24"]\n', "inte 10.0.0.1/24"),
        ('metrics_from = ["prometheus"]\n', "inte prometheus"),
        ("metrics_from = [13]\n", "inte 13"),
        ('metrics_from = "127.0.0.1, ::1"\n', "inte 127.0.0.1, ::1"),
        ("public_address = 5\n", "https://efterlevnad.example.se"),
        ("[uploads\n", "server.toml"),
    ],
)
def test_a_setting_that_is_amiss_is_told_in_a_sentence(text, words, tmp_path):
    with pytest.raises(Refusal) as refused:
        load_settings(own(tmp_path, text))
    assert words in Language("sv").refusal(refused.value)

"""Where the store is, when a file says so: one that a container or systemd gives to the service alone."""

import pytest

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import Language

ADDRESS = "postgresql://anna:secret@db1/city"


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The file that is to hold the address; the variable says another store."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "other.duckdb"))
    monkeypatch.setenv("COMPLIANCE_DATABASE_FILE", str(tmp_path / "database"))
    return tmp_path / "database"


def test_the_address_in_a_file_goes_before_the_variable(file):
    file.write_text(f"{ADDRESS}\n", "utf-8")
    assert places.own().address == ADDRESS


@pytest.mark.parametrize("held", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_that_holds_no_address_is_told_and_no_other_store_is_taken(held, file):
    if held is not None:
        file.write_bytes(held)
    with pytest.raises(Refusal) as refused:
        places.own()
    assert Language("sv").refusal(refused.value).startswith(f"{file} är tom, eller så kan tjänstens användare inte")


def test_a_file_that_is_no_address_is_refused_and_not_repeated(file):
    file.write_text("host=db1 password=secret", "utf-8")
    with pytest.raises(Refusal, match="address of the database cannot be read") as refused:
        places.own()
    assert "secret" not in repr(vars(refused.value))

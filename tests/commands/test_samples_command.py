"""The fictitious organisation's database, made by a command to try the others on."""

from pathlib import Path

from tests import sampled
from tests.command import run_here


def test_what_is_made_already_is_named_and_another_file_stays(tmp_path: Path) -> None:
    sampled.beside(tmp_path)
    done = run_here(tmp_path / "own.duckdb", "samples", "sample.duckdb", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "sample.duckdb\n", "")
    other = tmp_path / "mine.duckdb"
    other.write_text("mine", "utf-8")
    done = run_here(tmp_path / "own.duckdb", "samples", other)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is a file mine.duckdb already, which stays as it is." in done.stderr
    assert (other.read_text("utf-8"), (tmp_path / "own.duckdb").exists()) == ("mine", False)

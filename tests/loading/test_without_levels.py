"""Classifications without a column for confidentiality are asked about, and never loaded unasked."""

from datetime import date

import pytest

from compliance.core.errors import Asked
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping
from tests.apps import dropped, opened, text
from tests.command import run_here
from tests.files import xlsx
from tests.line import ANSWERED

DAY = date(2026, 11, 1)


def loaded(line, *rows, name="fil.xlsx", **said):
    path = line.folder / name
    path.write_bytes(xlsx({"Blad1": rows}))
    return line.load(path, extract_date=DAY, **said)


def remember(line, columns):
    line.order()
    with line.database.writing() as cursor:
        mapping.save(cursor, columns, who="test")


# Everything but the question about levels is answered.
UNSAID = ANSWERED - {"levels"}
LEVELLESS = {
    "none": [["System", "Klassad"], ["Alfa", "2026-05-01"]],
    "no_confidentiality": [["System", "Klassad", "R", "T"], ["Alfa", "2026-05-01", "2", "1"]],
    "unknown_heading": [["System", "Klassad", "Konfidentialitetsnivå"], ["Alfa", "2026-05-01", "2"]],
}


@pytest.mark.parametrize("rows", LEVELLESS.values(), ids=LEVELLESS)
def test_classifications_without_confidentiality_are_not_loaded_unasked(line, rows):
    with pytest.raises(Asked, match="without levels") as held:
        loaded(line, *rows, accepted=UNSAID)
    assert held.value.options == ("--without-levels",)
    assert line.rows("from imports") == []
    loaded(line, *rows, accepted=ANSWERED)
    assert line.column("system", "classifications") == ["Alfa"]


def test_with_confidentiality_nothing_is_asked(line):
    loaded(line, ["System", "Klassad", "K"], ["Alfa", "2026-05-01", "2"], accepted=UNSAID)
    loaded(line, ["System", "Klassad", "K/R/T"], ["Alfa", "2026-05-01", "2/1/1"], name="b.xlsx", accepted=UNSAID)
    remember(line, ColumnMapping("classifications", ("system", "när"), {"system": "system", "classified": "när"}))
    with pytest.raises(Asked, match="without levels"):
        loaded(line, ["System", "När"], ["Alfa", "2026-05-01"], name="c.xlsx", accepted=UNSAID)


@pytest.mark.live
def test_the_command_asks_for_an_option_and_leaves_the_file(line):
    path = line.folder / "klassa.xlsx"
    path.write_bytes(xlsx({"Blad1": LEVELLESS["no_confidentiality"]}))
    load = ("load", path, "--extract-date", "2026-11-01", "--move", line.folder / "done")
    held = run_here(line.database.path, *load)
    assert (held.returncode, "--without-levels" in held.stderr, path.exists()) == (1, True, True)
    done = run_here(line.database.path, *load, "--without-levels")
    assert (done.returncode, path.exists()) == (0, False)


@pytest.mark.live
def test_the_page_asks_before_it_loads(own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    path = tmp_path / "klassa.xlsx"
    path.write_bytes(xlsx({"Blad1": [["Uttagen 2026-10-18"], *LEVELLESS["unknown_heading"]]}))
    dropped(app, path)
    assert "har ingen kolumn som läses som K, så nivå 4" in text(app)
    assert not [button for button in app.button if button.label.startswith("Läs\N{NO-BREAK SPACE}in")]
    next(button for button in app.button if button.label == "Läs in den utan nivåer").click().run()
    assert [button.label for button in app.button if button.label.startswith("Läs\N{NO-BREAK SPACE}in")]

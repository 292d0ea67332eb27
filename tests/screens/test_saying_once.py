"""A learning platform's file of one course on the page of imports: the course in a title, a cell or the file's name."""

from datetime import date

import pytest

from compliance.store.database import rows
from tests.apps import dropped, opened, text
from tests.command import run_here
from tests.files import xlsx

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("reads_here")]

COURSE, OTHER = "Grundkurs i dataskydd", "Informationssäkerhet för medarbetare"
HEADINGS = ["E-post", "Namn", "Slutförda", "Procent"]
DAY, LATER = date(2026, 10, 31), date(2026, 11, 30)
TITLE, ABOVE, NAME = (
    "Kursrapport: {course}, uttagen {day} 08:14",
    ("Kurs:", "{course}", "Uttagen", "{day}"),
    "{course} {day}",
)
PLACES = {
    "title": (TITLE, "rapport"),
    "cell": (ABOVE, "rapport"),
    "name": (None, NAME),
}


def file(folder, place, course, day, *, done=2):
    """A file of a course with three persons, of whom some are done."""
    above, name = PLACES[place]
    cells = [above] if isinstance(above, str) else above or []
    rows = [[cell.format(course=course, day=day) for cell in cells], [], HEADINGS] if cells else [HEADINGS]
    rows += [[f"p{n}@exempel.se", f"Kim {n}", "3/3" if n < done else "1/3", 100 if n < done else 33] for n in range(3)]
    path = folder / f"{name.format(course=course, day=day)} ({len(list(folder.iterdir()))}).xlsx"
    path.write_bytes(xlsx({"Ark1": rows}))
    return path


def box(app, label):
    return next(each for each in app.selectbox if each.label.replace("\\", "").startswith(label))


def press(app, label):
    next(b for b in app.button if b.label.replace("\u00a0", " ").startswith(label)).click().run()
    assert not app.exception


def mapped(app, place):
    """Say of the open file that it is training, where its course stands, and that 3/3 is passed."""
    box(app, "Tolkad som").set_value("training").run()
    box(app, "AD-konto *").set_value("e-post").run()
    box(app, "Status *").set_value("slutförda").run()
    places = box(app, "Kurs, om det står en gång i filen")
    begun = {"title": "Ovanför tabellen: Kursrapport", "cell": "Ovanför tabellen: Kurs:", "name": "Filens namn"}[place]
    places.set_value(next(o for o in places.options if o.startswith(begun))).run()
    part = next(each for each in app.text_input if each.label.startswith("Den del som är kurs"))
    assert part.value == COURSE
    assert box(app, "Status: alla delar klara (3/3)").value is not None
    press(app, "Läs filen så")
    assert "Läses så som du har kopplat kolumnerna." in text(app)


def stored(own):
    with own.cursor() as cursor:
        sql = "select extract_date as day, course, status_code as code, count(*) as n from training inner join imports"
        found = rows(cursor, f"{sql} using (import_id) group by all order by all")
    return [(row["day"], row["course"], row["code"], row["n"]) for row in found]


@pytest.mark.parametrize("place", PLACES)
def test_a_file_of_a_course_is_mapped_on_the_page_and_loaded_by_command_next_month(place, own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    folder = tmp_path / "files"
    folder.mkdir()
    dropped(app, file(folder, place, COURSE, DAY))
    mapped(app, place)
    press(app, "Läs in 3 rader")
    assert stored(own) == [(DAY, COURSE, "passed", 2), (DAY, COURSE, "started", 1)]
    done = run_here(own.path, "load", *(file(folder, place, c, LATER, done=3) for c in (OTHER, COURSE)))
    assert (done.returncode, [line for line in done.stderr.splitlines() if "--" in line]) == (0, [])
    assert stored(own)[2:] == [(LATER, COURSE, "passed", 3), (LATER, OTHER, "passed", 3)]
    done = run_here(own.path, "load", file(folder, place, OTHER, date(2026, 12, 31)))
    assert (done.returncode, COURSE in done.stderr, "--replaces" in done.stderr) == (1, True, True)
    page = opened("imports", monkeypatch, part="mappings")
    assert "Status: alla delar klara = " in text(page)
    assert "…" in text(page)


def test_files_of_a_day_dropped_together_ask_nothing_and_one_that_is_missing_is_asked_about(own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    folder = tmp_path / "files"
    folder.mkdir()
    dropped(app, file(folder, "title", COURSE, DAY))
    mapped(app, "title")
    press(app, "Läs in 3 rader")
    dropped(app, file(folder, "title", OTHER, LATER))
    assert f"Filen om {COURSE} saknas från" in text(app)
    dropped(app, file(folder, "title", COURSE, LATER))
    assert f"Filen om {COURSE} saknas från" not in text(app)
    press(app, "Läs in två filer")
    assert [row for row in stored(own) if row[0] == LATER] == [
        (LATER, COURSE, "passed", 2),
        (LATER, COURSE, "started", 1),
        (LATER, OTHER, "passed", 2),
        (LATER, OTHER, "started", 1),
    ]


def test_a_text_of_ones_own_holds_for_this_file_alone_where_nothing_tells_it(own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    path = tmp_path / "export (3).xlsx"
    path.write_bytes(xlsx({"Ark1": [HEADINGS, ["p1@exempel.se", "Kim", "3/3", 100]]}))
    dropped(app, path)
    box(app, "Tolkad som").set_value("training").run()
    box(app, "AD-konto *").set_value("e-post").run()
    box(app, "Status *").set_value("slutförda").run()
    places = box(app, "Kurs, om det står en gång i filen")
    places.set_value("Ingenstans: jag skriver den själv").run()
    next(each for each in app.text_input if each.label.startswith("Kurs *")).set_value(COURSE).run()
    [lasts] = [each for each in app.checkbox if "export" in each.label]
    assert lasts.value is False
    press(app, "Läs filen så")
    press(app, "Läs in 1 rad")
    other = tmp_path / "export (4).xlsx"
    other.write_bytes(xlsx({"Ark1": [HEADINGS, ["p2@exempel.se", "Kim", "1/3", 33]]}))
    done = run_here(own.path, "load", other, "--extract-date", "2026-11-30")
    assert done.returncode == 1
    assert [row[1:] for row in stored(own)] == [(COURSE, "passed", 1)]


def test_another_file_of_the_same_content_is_loaded_once_it_is_said_to_be_about_something_else(
    own, tmp_path, monkeypatch
):
    content = xlsx({"Ark1": [HEADINGS, ["p1@exempel.se", "Kim", "3/3", 100]]})
    for name, course in (("export (3).xlsx", COURSE), ("export (4).xlsx", OTHER)):
        app = opened("imports", monkeypatch)
        path = tmp_path / name
        path.write_bytes(content)
        dropped(app, path)
        if course == COURSE:
            box(app, "Tolkad som").set_value("training").run()
            box(app, "AD-konto *").set_value("e-post").run()
            box(app, "Status *").set_value("slutförda").run()
            box(app, "Kurs, om det står en gång i filen").set_value("Ingenstans: jag skriver den själv").run()
        else:
            assert "är redan inläst" in text(app).replace("\u00a0", " ")
        next(each for each in app.text_input if each.label.startswith("Kurs *")).set_value(course).run()
        press(app, "Läs filen så")
        press(app, "Läs in 1 rad")
    assert [row[1:] for row in stored(own)] == [(COURSE, "passed", 1), (OTHER, "passed", 1)]

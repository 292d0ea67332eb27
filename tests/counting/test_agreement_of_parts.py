"""The figures of training that comes as one file a course equal the reference's, whatever says the course."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest

from compliance.core.errors import Refusal
from compliance.counting.assessing import coverage, items_of
from compliance.loading import loading
from compliance.loading.asking import Question
from compliance.loading.loading import in_sets, load_set, prepare
from compliance.reading import mapping, said
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from compliance.reading.said import texts_of
from compliance.store.database import EVERYTHING_KNOWN
from tests import reference
from tests.counting.test_agreement import COURSES as POINTS
from tests.counting.test_agreement import agrees, expected_figure, figure
from tests.exports import AS_OF, PEOPLE, load_all, random_exports
from tests.files import xlsx
from tests.layers import first_of
from tests.line import SOURCES, WORDS, Line, read_here
from tests.reference import OPEN_END, Export

SEEDS = first_of(range(40), 2)
DATASKYDD, SAFETY = "Grundkurs i dataskydd", "Informationssäkerhet för medarbetare"
NAMES = (DATASKYDD, SAFETY, "E-kurs (del 2)", "Grundkurs i dataskydd – repetition")
# A sheet's name has at most 31 characters.
SHORT = (DATASKYDD, "E-kurs (del 2)", "Säkerhet för chefer")
FIRST = AS_OF - timedelta(days=60)
DAYS = [FIRST, FIRST + timedelta(days=30), AS_OF, AS_OF + timedelta(days=45)]
SHARES = {"status": {"all": "passed", "some": "started", "none": "not_started"}}
HEADINGS = {"employee_id": "AD-konto", "status": "Slutförda", "completed": "Slutfört datum", "valid_to": "Giltig till"}
# Of each way to write a share: all, some and none.
WRITTEN = (
    ("3/3", "2/3", "0/3"),
    ("3 av 3", "1 av 3", "0 av 3"),
    ("100 %", "66,7 %", "0 %"),
    ("100", "33", "0"),
    (1.0, 0.25, 0.0),
    ("3/3 (100 %)", "2/3 (67 %)", "0/3 (0 %)"),
)
WORDS_OF = {"failed": "Underkänd", None: "Avbruten"}


def _titled(course, day):
    return [(f"Kursrapport: {course} (uttagen {day} 08:14)",)], "Ark1", "rapport"


def _beside(course, day):
    return [("Kurs:", course, "Uttagen", str(day)), ("Period", f"2025-01-01 – {day}")], "Ark1", "rapport"


def _over(course, _day):
    return [(None, course), ()], "Ark1", "rapport"


def _sheet(course, day):
    return [], course, f"rapport {day}"


def _file(course, day):
    return [], "Ark1", f"{course.replace(' ', '_')}-{day:%Y%m%d}"


# Each way in which a file says its course: rows above the headings, the name of the sheet and of the file.
FORMS = {"title": _titled, "beside": _beside, "banner": _over, "sheet": _sheet, "file": _file, "constant": _titled}


@dataclass
class Platform:
    """A learning platform: how its files say their course and write shares, and which columns they have."""

    random: Random
    form: str
    shares: tuple
    columns: list[str]
    courses: tuple
    numbers: count = field(default_factory=count)

    @classmethod
    def of(cls, seed):
        random = Random(seed)
        form = [*FORMS][seed % len(FORMS)]
        columns = ["employee_id", "status", *(name for name in ("completed", "valid_to") if random.random() < 0.8)]
        return cls(random, form, random.choice(WRITTEN), columns, SHORT if form == "sheet" else NAMES)

    def export(self, organisation, course, day, *, completes=False):
        rows = [row | {"course": course, "sheet": "", "row": 0} for row in self.rows(day)]
        name = f"{organisation} {course} {day} {next(self.numbers)}"
        parts = frozenset({course})
        return Export(organisation, "training", day, rows, name, completes, frozenset({*self.columns, "course"}), parts)

    def rows(self, day):
        for person in [*PEOPLE, "borta"]:
            if self.random.random() < 0.85:
                completed = self.random.choice([None, day, *(day - timedelta(days=n) for n in (100, 700, 725, 760))])
                made = {
                    "employee_id": self.random.choice([person, person.upper()]),
                    "status": self.random.choice(
                        ["passed", "passed", "passed", "started", "not_started", "failed", None]
                    ),
                    "completed": completed,
                    "valid_to": self.random.choice([None, None, OPEN_END, AS_OF, AS_OF - timedelta(days=1)]),
                }
                yield {name: made[name] for name in self.columns}

    def book(self, export):
        """The workbook of an export."""
        [course] = export.parts
        above, sheet, name = FORMS[self.form](course, export.extract_date)
        rows = [[self.cell(row[column], column) for column in self.columns] for row in export.rows]
        content = xlsx({sheet: [*above, [HEADINGS[column] for column in self.columns], *rows]})
        return read_here(content, name=f"{name}({next(self.numbers)}).xlsx"), len(above) + 1

    def cell(self, value, column):
        if column == "status":
            words = dict(zip(("passed", "started", "not_started"), self.shares, strict=True)) | WORDS_OF
            return words[value]
        return value.isoformat() if isinstance(value, date) else value

    def mapped(self, book, heading_row, course):
        """What a user says of the first file: where its course stands, and what shares mean."""
        texts = texts_of(book, 0, heading_row)
        fields = {name: heading.casefold() for name, heading in HEADINGS.items() if name in self.columns}
        keys = tuple(heading_keys([HEADINGS[name] for name in self.columns]).values())
        return ColumnMapping("training", keys, fields, said={"course": self.place(texts, course)}, shares=SHARES)

    def place(self, texts, course) -> Said:
        if self.form == "constant":
            return said.constant(texts, course, lasts=True)
        place = self.form if self.form in {"sheet", "file"} else "title"
        row = next(n for n, text in enumerate(texts.of(place)) if course in text)
        found = said.pattern(texts, place, row, course)
        assert found
        return found


def delivered(line, platform, exports, new, **order):
    """Load files of a day together; what is asked must be what the reference says is lacking. Return what is loaded."""
    books = [platform.book(export) for export in new]
    fields = {"extract_date": new[0].extract_date, "organisation": new[0].organisation, "accepted": frozenset()}
    made = line.order(**fields | {"completes": new[0].completes} | order)
    known = loading.mappings_of(line.database)
    files = [prepare(book, made, sources=SOURCES, words=WORDS, mappings=known) for book, _ in books]
    assert len(in_sets(files)) == 1
    results = load_set(line.database, files, words=WORDS)
    lacks = set() if new[0].completes or "parts" in made.accepted else reference.lacking(exports, new)
    if lacks:
        assert {(type(result), result.about) for result in results} == {(Question, "parts")}
        assert {len(lacks) - 3} == {result.values["more"] for result in results}
        return exports
    assert not [result for result in results if isinstance(result, Refusal)], results
    named = [replace(export, file=book.name) for export, (book, _) in zip(new, books, strict=True)]
    return [*exports, *named]


def random_deliveries(line, platform, exports, organisation):
    """All courses of the first day, then what a platform may give: all, some, one anew, one late, a whole export."""
    random, courses = platform.random, list(platform.courses)
    made = lambda names, day, **more: [platform.export(organisation, name, day, **more) for name in names]  # noqa: E731
    exports = delivered(line, platform, exports, made(random.sample(courses, len(courses)), FIRST))
    for number in range(6):
        day, some = random.choice(DAYS), random.sample(courses, random.randint(1, len(courses)))
        kind = random.choice(["all", "some", "some anyway", "late", "whole"])
        if kind == "whole":
            whole = [e for e in random_exports(random.randint(0, 99)) if e.source == "training"][:1]
            whole = [replace(e, organisation=organisation, extract_date=day, file=f"{number} {e.file}") for e in whole]
            load_all(line, whole)
            exports = [*exports, *whole]
        elif kind == "late":
            exports = delivered(line, platform, exports, made(some[:1], day, completes=True))
        else:
            names, accepted = courses if kind == "all" else some, {"parts"} if kind == "some anyway" else set()
            exports = delivered(line, platform, exports, made(names, day), accepted=frozenset(accepted))
    return exports


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_training_with_one_file_a_course(seed, tmp_path):
    platform = Platform.of(seed)
    staff = [replace(export, completes=False) for export in random_exports(seed) if export.source == "staff"]
    with Line(tmp_path).held() as line:
        load_all(line, staff)
        exports = staff
        with line.database.writing() as cursor:
            for course in platform.courses if platform.form == "constant" else platform.courses[:1]:
                book, heading_row = platform.book(platform.export("", course, FIRST))
                mapping.save(cursor, platform.mapped(book, heading_row, course), who="test")
        for organisation in reference.organisations(staff) or ["Stadsbyggnad"]:
            exports = random_deliveries(line, platform, exports, organisation)
            agree(line, exports)


def agree(line, exports):
    for day in DAYS:
        with line.database.cursor() as cursor:
            figures = coverage(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN, level="organisation")
            tables = items_of(cursor, tuple(POINTS), as_of=day, known_at=EVERYTHING_KNOWN)
        numbers = [point.number for point in POINTS]
        expected = reference.coverage(exports, day, "organisation", points=numbers)
        assert Counter(map(figure, figures)) == Counter(map(expected_figure, expected)), day
        for point, table in zip(POINTS, tables, strict=True):
            agrees(point, table.to_pylist(), reference.items(exports, point.number, day), on=day)

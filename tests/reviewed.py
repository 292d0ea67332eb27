"""A small organisation with a review, for tests: a few exports through the real line, and every point discussed."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from compliance.review import approving, deciding, reviewing
from compliance.review.deciding import Decision, DecisionContent
from compliance.review.dossier import Dossier
from compliance.review.reviewing import Review
from tests import once
from tests.line import POINTS, Line

TODAY = date(2026, 11, 24)
AS_OF = date(2026, 11, 20)
IDS = tuple(point.id for point in POINTS)
# Point 4 has 1 of 3 systems, point 7 has no basis, point 3 has 2 of 3 requirements; Anna Berg is also in a text.
ANSWERS = " | ".join(
    f"Har {what} genomförts under det senaste året?" for what in ("informationssäkerhetsklassning", "riskanalys")
)
SYSTEMS = f"""
Systemnamn | Enhet | Centralt/lokalt | {ANSWERS}
Alfa       | Norr  | Lokalt          | Ja |
Betaportalen | Norr  | Lokalt          | Nej |
Gamma      | Söder | Lokalt          | Nej |
Delta      | Söder | Centralt        | Nej |
"""
INSTRUCTION = """
Enhet | Krav         | Status
Norr  | Behörigheter | Genomförd
Norr  | Incidenter   | Pågår
Söder | Behörigheter | Genomförd
"""
STAFF = """
AD-konto | Namn      | Enhet | Avdelning | Anställningsdatum
p1       | Anna Berg | Norr  | Öst       | 2024-01-01
p2       | Bo Ek     | Söder | Öst       | 2024-01-01
"""
TABLES = {"systems": SYSTEMS, "local_instruction": INSTRUCTION, "staff": STAFF}


class _Whatever(frozenset[str]):
    """Confirms anything left open."""

    def __contains__(self, _: object) -> bool:
        return True


WHATEVER = _Whatever()


class Reviewed(Line):
    """A line whose database can be copied from a loaded one, and the steps of a review."""

    def load_all(self, **options: Any) -> None:
        for source, table in TABLES.items():
            self.load_table(table, name=f"{source}.csv", source=source, **options)

    def copied_from(self, other: "Reviewed") -> "Reviewed":
        """The same database in its own folder; its clock continues from the other's."""
        shutil.copytree(other.folder, self.folder, dirs_exist_ok=True)
        self.loads = other.loads
        self.wait()
        return self

    def open(self, year: int = 2026, as_of: date | None = AS_OF, *, today: date = TODAY, **options: Any) -> Review:
        return reviewing.open_review(self.database, year=year, as_of=as_of, order=self.order(**options), today=today)

    def write(self, review: Review, kind: Any, what: str, text: str) -> None:
        reviewing.write(self.database, review.review_id, kind=kind, what=what, text=text, order=self.order())

    def discuss(self, review: Review, *, but: tuple[tuple[str, str], ...] = ()) -> None:
        """Write a comment and an assessment of each point, `but` some, in one transaction: to write each takes long."""
        texts = [(kind, id_) for id_ in IDS for kind in ("comment", "assessment") if (kind, id_) not in but]
        order = self.order()
        self.loads += len(texts) - 1
        with self.database.cursor():
            with self.database.writing() as cursor:
                for kind, id_ in texts:
                    text = f"Om {id_}." if kind == "comment" else "partly"
                    reviewing._add_text(cursor, review.review_id, kind, id_, text=text, order=order)
            self.judge(review)

    def judge(self, review: Review, sufficient: str = "partly", effect: str = "partly", why: str = "Skäl.") -> None:
        """Write the judgement of the whole; empty texts remove it."""
        self.write(review, "judgement", "sufficient", sufficient)
        self.write(review, "judgement", "effect", effect)
        self.write(review, "chapter", reviewing.GROUNDS, why)

    def decide(self, review: Review, text: str, *, number: int | None = None, **fields: Any) -> int:
        how: Any = {"order": self.order(), "points": IDS, "number": number}
        return deciding.decide(self.database, review.review_id, DecisionContent(text, **fields), **how)

    def decided(self, name: str) -> Decision:
        with self.database.cursor() as cursor:
            return next(row for row in deciding.decisions(cursor) if row.name == name)

    def follow_up(self, name: str, status: str, note: str = "", **options: Any) -> None:
        id_ = self.decided(name).decision_id
        deciding.follow_up(self.database, id_, status=status, note=note, order=self.order(**options))

    def submit(self, review: Review, name: str = "Ylva Nordgren") -> Review:
        self.wait()
        submission: Any = {"name": name, "own": self.folder, "confirmed": WHATEVER}
        return approving.submit(self.database, review.review_id, **submission)

    def approve(self, review: Review, name: str = "Rolf Ahlberg") -> Review:
        self.wait()
        return approving.approve(self.database, review.review_id, name=name)

    def send_back(self, review: Review, why: str = "Ofullständig") -> Review:
        self.wait()
        return approving.send_back(self.database, review.review_id, name="Rolf Ahlberg", why=why)

    def correct(self, review: Review, why: str = "Skrivfel", *, anew: bool = False) -> Review:
        self.wait()
        return approving.correct(self.database, review.review_id, name="Ylva Nordgren", why=why, anew=anew)

    def done(self, year: int = 2026, as_of: date | None = AS_OF, **options: Any) -> Review:
        """An approved review."""
        review = self.open(year, as_of, **options)
        self.discuss(review)
        return self.approve(self.submit(review))

    def document(self, review: Review, version: int | None = None) -> Dossier:
        with self.database.cursor() as cursor:
            now = reviewing.by_number(cursor, review.review_id)
            return approving.dossier(cursor, now, own=self.folder, version=version)

    def written(self, review: Review) -> reviewing.ReviewTexts:
        """The texts of a review so far, which can be read without counting."""
        with self.database.cursor() as cursor:
            return reviewing.review_texts(cursor, review)

    def review(self, year: int = 2026) -> Review:
        with self.database.cursor() as cursor:
            return reviewing.review_of(cursor, year)

    def now(self, review: Review) -> Review:
        with self.database.cursor() as cursor:
            return reviewing.by_number(cursor, review.review_id)


# --- Stages ------------------------------------------------------------------------------------------------------


def at(stage: str, folder: Path) -> Reviewed:
    """The same organisation in the test's own folder at a stage: loaded, draft, submitted, approved."""
    stages = once.made("stages", _make_stages)
    source = Reviewed(stages / stage)
    source.loads = int((stages / f"{stage}.loads").read_text())
    return Reviewed(folder).copied_from(source)


def _make_stages(folder: Path) -> None:
    """Each stage in a folder of its own, after the one before."""
    steps = {"loaded": Reviewed.load_all, "draft": _draft, "submitted": _submit, "approved": _approve}
    last = None
    for name, step in steps.items():
        (folder / name).mkdir()
        line = Reviewed(folder / name)
        last = line.copied_from(last) if last else line
        with last.held():
            step(last)
        (folder / f"{name}.loads").write_text(str(last.loads))


def _draft(line: Reviewed) -> None:
    review = line.open()
    line.discuss(review)
    line.decide(review, "Klassa Betaportalen", point="classification", due=date(2027, 3, 31), follow_up="T1")


def _submit(line: Reviewed) -> None:
    line.submit(line.review())


def _approve(line: Reviewed) -> None:
    line.approve(line.review())

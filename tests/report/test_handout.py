"""The handout of a meeting: the review's figures in the meeting's order, room to write, and no name of a person."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO

import pytest
from docx import Document

from compliance.access.withholding import WITHHELD, Names, export_names, names_of_persons
from compliance.core.language import LANGUAGES, Language
from compliance.report.blocks import Beside, Heading, LineChart, Paragraph, Report, Result, Table, Topic
from compliance.report.handouts import file_name, handout, pdf
from compliance.report.writers.word import write_word
from compliance.review.approving import dossier, signatures_of
from compliance.review.dossier import readable, responsible
from compliance.review.functions import load_functions
from compliance.review.reviewing import review_of, stored_text
from compliance.review.wording import SHORT_VERDICTS, by_need
from compliance.wording import outlook, phrases
from compliance.wording.tables import Head
from tests.layers import first_of
from tests.line import POINTS
from tests.readers import THEIRS
from tests.report.test_drawing import EVERY, PAPER, pixels
from tests.report.test_pdf import HOSTILE
from tests.reviewed import IDS, Reviewed, at
from tests.searching import named
from tests.tagged import Tagged

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
CODES = first_of(LANGUAGES)
WHEN = datetime(2026, 11, 24, 12)
FUNCTIONS = load_functions(None)
# The first point is below the agenda, then two on a page; the summary and the decisions share the last.
# The pages of the points, two on each after the first.
PAGES = [1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
RIGHT_MARGIN = (210 - 20) / 25.4 * 72
# Three units of two persons are added up; the fourth is large enough to be named.
STAFF = "AD-konto | Namn | Enhet | Anställningsdatum\n" + "".join(
    f"x{n} | Person {n} | {unit} | 2024-01-01\n" for n, unit in enumerate(["Ett", "Två", "Tre"] * 2 + ["Stora"] * 6)
)
TRAINING = "AD-konto | Kurs | Kurskod | Status | Slutfört datum\nx6 | Infosäk | ISEC | Godkänd | 2026-06-01\n"


@pytest.fixture(scope="module")
def sample(sample_database):
    """The approved review of the sample data with its signatures, and the names that no meeting shows."""
    with sample_database.cursor() as cursor:
        review = review_of(cursor, 2025)
        document = dossier(cursor, review, own=None)
        return document, signatures_of(cursor, review), person_names(cursor, document)


@pytest.fixture(scope="module")
def papers(sample):
    """The handout of the sample data in a language."""
    document, who, names = sample
    options = {"names": names, "functions": FUNCTIONS, "state": "approved", "made_at": who.changed_at}
    return cache(lambda code: pdf(document, say=Language(code), **options))


@pytest.fixture(scope="module")
def written(papers):
    return cache(lambda code: Tagged(papers(code)))


LONG = " ".join(f"Ord{n}" for n in range(900)) + " " + "informationssäkerhetsklassificeringsarbetsgrupp" * 4


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A draft with texts in every field, and its dossier. Its figures need not be counted, since it is a correction."""
    with at("approved", tmp_path_factory.mktemp("full")).held() as line:
        review = line.correct(line.review())
        line.write(review, "comment", "local_instruction", "Anna Berg hjälper Norr, och Ek, Bo de andra.")
        who = {"point": "classification", "responsible": "Maj Exempelsson", "resource": "Maj Exempelsson, 20 tim"}
        who["why"] = "Maj Exempelsson slutar"
        line.decide(review, "Maj Exempelssons lista gås igenom av Anna Berg.", **who)
        line.write(review, "public_comment", "access", "Till var och en.")
        line.write(review, "comment", "dpia", LONG)
        for point, text in zip(IDS[-len(HOSTILE) :], HOSTILE, strict=True):
            line.write(review, "comment", point, text)
            line.decide(review, text, point=point)
        yield line, line.document(review)


@pytest.fixture(scope="module")
def paper(full):
    """The handout of that draft, of an organisation with an odd name."""
    return printed(*full, changed=lambda document: replace(document, organisation=HOSTILE[0]))


def person_names(cursor, document):
    return names_of_persons(export_names(cursor), responsible=responsible(document))


def handout_of(line, review, **options):
    """The handout of a review in its present state."""
    return printed(line, line.document(review), **options)


def printed(line, document, *, say=SV, changed=lambda document: document):
    """The handout of a dossier."""
    with line.database.cursor() as cursor:
        names = person_names(cursor, document)
    return Tagged(pdf(changed(document), names=names, functions=FUNCTIONS, say=say, state="draft", made_at=WHEN))


def spoken(pdf):
    """Everything that a screen reader reads aloud, with the footers, on one line."""
    foot = " ".join(pdf.artifacts(number, "Footer") for number in range(len(pdf.pages)))
    return plain(f"{pdf.tree.text} {foot} " + " ".join(str(node.element.Alt) for node in pdf.tree.find("Figure")))


def plain(text):
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "").split())


def tables(pdf):
    """Each table as its rows of texts, the headings first."""
    return [
        [tuple(plain(cell.text) for cell in row.nodes) for row in node.find("TR")] for node in pdf.tree.find("Table")
    ]


def topics(document, names=None, say=SV):
    return [
        block
        for block in handout(document, names=names or Names([], []), functions=FUNCTIONS, say=say)
        if isinstance(block, Topic)
    ]


def inside(block, kind):
    """The blocks of a kind in a topic, including those in columns."""
    if isinstance(block, Topic | Beside):
        parts = block.blocks if isinstance(block, Topic) else (*block.left, *block.right)
        return [match for part in parts for match in inside(part, kind)]
    return [block] if isinstance(block, kind) else []


# --- its order and its figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_it_begins_with_its_organisation_its_answer_and_its_agenda(code, sample, written):
    document, say, page = sample[0], Language(code), written(code)
    text = plain("".join(run.text for run in page.pages[0]))
    title = file_name(2025, say).removesuffix(".pdf")
    begins = [document.organisation, title, say.date(document.as_of)]
    answer = say("None of the {word} measurable points reaches the target.", word=say.in_words(11))
    places = [text.index(plain(part)) for part in [*begins, answer, say("Agenda")]]
    assert places == sorted(places)
    titles = [plain(phrases.label(answer.point, say)) for need in by_need(document.points) for answer in need]
    titles += [say("Summary"), say("Decisions and judgement")]
    assert [plain(node.text) for node in page.tree.find("H1")] == titles
    listed = [plain(node.text) for node in page.tree.find("TOCI")]
    numbers = [number for *_, number in page.bookmarks]
    assert listed == [f"{title} {number}" for title, number in zip(titles, numbers, strict=True)]
    assert numbers[: len(PAGES)] == PAGES
    assert numbers == sorted(numbers)
    assert len(page.pages) == numbers[-1]


@pytest.mark.parametrize("code", CODES)
def test_the_figures_of_all_points_are_those_of_the_review(code, sample, written):
    document, say = sample[0], Language(code)
    [summary] = [table for table in tables(written(code)) if len(table) == 1 + len(POINTS)]
    verdicts = [say(SHORT_VERDICTS[document.written.assessments[answer.point.id]]) for answer in document.points]
    assert [(row[0], row[2], row[3], row[4], row[-1]) for row in summary[1:]] == [
        tuple(map(plain, (
            phrases.label(figure.point, say), phrases.percent(figure, say),
            phrases.share(figure.target.target, say), phrases.word(figure, say), verdict,
        )))
        for figure, verdict in zip([answer.coverage for answer in document.points], verdicts, strict=True)
    ]  # fmt: skip
    text = spoken(written(code))
    for answer in document.points:
        figure, question = answer.coverage, plain(say.pick(answer.point.question))
        own = text[text.index(question) :][: len(question) + 60]
        assert own.startswith(plain(f"{question}{phrases.word(figure, say)}{phrases.percent(figure, say)}"))
        if figure.coverage is not None:
            assert plain(phrases.counts_sentence(figure, say)) in text


def test_a_point_has_its_trend_its_weakest_units_its_reasons_its_comment_and_its_decision(sample):
    document = sample[0]
    topic = next(t for t in topics(document) if t.blocks[0] == Heading("4 Informationsklassning", 1))
    assert [type(block) for block in topic.blocks] == [Heading, Paragraph, Beside, Paragraph, Beside, Paragraph, Table]
    answer = document.answer("classification")
    [chart] = inside(topic, LineChart)
    assert [moment.share for moment in chart.trend.moments] == [
        answer.figure(month).coverage for month in answer.months
    ]
    units, reasons, decided = inside(topic, Table)
    left = sorted((unit.unmet + unit.unknown for unit in answer.units if unit.unit), reverse=True)[:3]
    assert [int(row[1].split("\u00a0")[0]) for row in units.rows] == left
    most = sorted((r.number for r in answer.reasons if r.outcome in {"unmet", "unknown"}), reverse=True)[:3]
    assert [row[1] for row in reasons.rows] == [SV.number(number) for number in most]
    assert topic.blocks[5].text == f"Kommentar: {document.written.comments['classification']}"
    assert [row[:3] for row in decided.rows] == [
        ("2025-1", "Samtliga verksamhetskritiska system ska klassas.\nAnsvarig: avdelningschef", "2026-09-30")
    ]
    assert topic.blocks[3] == Paragraph(" ".join(outlook.sentences(answer.outlook, SV)))
    assert topic.lines >= 1


def test_both_percentages_are_shown_if_much_is_unknown(sample):
    document = sample[0]
    [figure] = [answer.coverage for answer in document.points if answer.point.id == "local_instruction"]
    assert figure.unknown
    [result] = [r for t in topics(document) for r in inside(t, Result) if r.value == phrases.percent(figure, SV)]
    share = SV.percent(figure.met / (figure.met + figure.unmet), limits=(1.0, 0.8))
    assert any(note.startswith(f"{share} av dem där uppgift finns.") for note in result.notes)


def test_a_point_without_a_figure_has_a_reason_and_no_chart(sample):
    topic = next(t for t in topics(sample[0]) if t.blocks[0].text.startswith("9 "))
    [result] = inside(topic, Result)
    assert (result.value, result.word) == ("–", "Underlag saknas")
    assert plain(result.text) == "Ingen export av Upphandlingar är inläst till och med den 15 november 2025."
    assert inside(topic, LineChart) == []


def test_the_figure_of_last_year_and_its_late_decision_are_shown(full):
    line, document = full
    answer, decision = document.answer("classification"), document.decisions[0]
    before = replace(answer, before=replace(answer.now, as_of=date(2025, 11, 20)), by_review=True)
    points = tuple(before if each is answer else each for each in document.points)
    late = replace(decision, year=2025, due=date(2026, 3, 31))
    unjudged = replace(document.written, judgement={})
    document = replace(document, points=points, carried=(late,), decisions=(), written=unjudged)
    topic = next(t for t in topics(document) if t.blocks[0].text.startswith("4 "))
    [result] = inside(topic, Result)
    assert plain(result.notes[0]) == "Mål 95 % · Genomgång 2025 (20 november 2025): 33,3 % (±0,0 p.e.)"
    [*_, decided] = inside(topic, Table)
    assert decided.rows == (("2025-1", "Klassa Betaportalen\nansvarig saknas", "2026-03-31", "Försenat"),)
    page = printed(line, document)
    assert tables(page)[0][1:] == [("2025-1", "Klassa Betaportalen ansvarig saknas", "2026-03-31", "Försenat")]
    assert next(plain(node.text) for node in page.tree.find("H1")) == "Tidigare beslut"
    assert "Ett beslut är öppet. Det är försenat." in spoken(page)
    assert "Är arbetet tillräckligt? Ja / Delvis / Nej" in spoken(page)


def test_a_late_decision_has_its_last_note_without_names(sample):
    document, *_ = sample
    late = replace(document.decisions[0], due=document.as_of - timedelta(days=1), note="Anna Berg har klassat hälften.")
    [earlier, *_] = handout(
        replace(document, carried=(late,)), names=Names(("Anna Berg",), ()), functions=FUNCTIONS, say=SV
    )
    [table] = inside(earlier, Table)
    assert table.rows[0][1] == f"{late.text}\n{WITHHELD} har klassat hälften.\nAnsvarig: avdelningschef"


@pytest.mark.exhaustive
def test_a_review_without_exports_has_all_its_points(tmp_path):
    with Reviewed(tmp_path).held() as line:
        page = handout_of(line, line.open(organisation="Nya förvaltningen"))
    assert len(page.tree.find("H1")) == len(POINTS) + 2
    text = spoken(page)
    assert SV("No point can be measured.") in text
    assert text.count("Ingen export av ") == sum(len(point.needs) == 1 for point in POINTS)
    assert text.count("Det behövs exporter av ") == sum(len(point.needs) > 1 for point in POINTS)
    assert not re.search(r"(?<!\d)0 %", text)
    assert "Inget beslut är fattat." in text
    assert Counter(number for *_, number in page.bookmarks).most_common(1)[0][1] > 2  # short ones share a page


# --- section 5 of the rulebook -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_the_sample_s_handout_has_no_id_of_a_person_no_responsible_and_no_text_of_an_incident(
    code, sample, written, sample_database
):
    document, text = sample[0], spoken(written(code))
    with sample_database.cursor() as cursor:
        statement = "select {} from {}_at(as_of := '2025-11-15', known_at := '9999-12-31')"
        ids = {row[0] for row in cursor.execute(statement.format("employee_id", "staff")).fetchall()}
        names = {row[0] for row in cursor.execute(statement.format("name", "staff")).fetchall()} - {None}
        incidents = cursor.execute(statement.format("title, action", "incidents")).fetchall()
    assert len(ids) > 1000
    assert len(names) > 1000
    assert ids.isdisjoint(re.findall(r"\w+", text))
    assert named(text, names) == []
    assert [part for row in incidents for part in row if part and part in text] == []
    assert [name for name in responsible(document) if name in text] == []


@pytest.mark.parametrize("say", first_of([SV, EN]), ids=lambda say: say.code)
def test_nobody_is_named_whatever_users_wrote(say, full, paper):
    """Names are withheld before anything is worded."""
    text = spoken(paper if say is SV else printed(*full, say=say))
    assert "[…] hjälper Norr, och […] de andra." in text
    assert text.count("[…] lista gås igenom av […].") == 2  # under the point and among the decisions
    assert re.findall("Anna|Berg|Exempelsson|20 tim", text) == []
    assert text.count(say("somebody is responsible")) == 2


@pytest.mark.exhaustive
def test_units_of_few_persons_are_added_up(tmp_path):
    with Reviewed(tmp_path).held() as line:
        line.load_table(STAFF, name="staff.csv", source="staff")
        line.load_table(TRAINING, name="training.csv", source="training")
        document = line.document(line.open())
    units = inside(topics(document)[0], Table)[0]
    assert units.rows == (
        ("Övriga enheter", "6\u00a0av\u00a06", "0\u00a0%"),
        ("Stora", "5\u00a0av\u00a06", "16,7\u00a0%"),
    )


def test_a_reader_without_access_to_the_review_gets_no_comment_and_no_decision(full, paper):
    text = spoken(printed(*full, changed=lambda document: readable(document, THEIRS)))
    assert "Om classification." not in text
    assert "Klassa Betaportalen" not in text
    assert "Kommentar: Till var och en." in text
    assert "Om access." in spoken(paper)
    assert "Om classification." in spoken(paper)


# --- as a document -----------------------------------------------------------------------------------------------


def test_a_text_is_never_markup(paper):
    page = paper
    assert str(page.pdf.docinfo.Author) == HOSTILE[0]
    foot = f"Ledningens genomgång 2026 · {HOSTILE[0]} · mötesunderlag · utkast"
    assert page.artifacts(0, "Footer").startswith(foot)
    spoken_text = spoken(page)
    decided = [row[1].removesuffix(" ansvarig saknas") for table in tables(page) for row in table]
    for text in map(stored_text, HOSTILE):  # invisible characters are not stored
        assert f"Kommentar: {plain(text)}" in spoken_text
        assert decided.count(plain(text)) == 2


def test_a_long_comment_and_a_long_word_are_complete_and_within_the_margins(paper):
    page = paper
    assert plain(LONG) in spoken(page)
    assert max(run.right for runs in page.pages for run in runs) <= RIGHT_MARGIN + 0.5
    assert min(run.height for runs in page.pages for run in runs) > 0


@pytest.mark.parametrize("code", CODES)
def test_it_is_accessible_and_has_its_language_and_title(code, written):
    page, say = written(code), Language(code)
    assert str(page.root.Lang) == code
    assert str(page.pdf.docinfo.Title) == file_name(2025, say).removesuffix(".pdf")
    with page.pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert all(str(node.element.Alt) for node in page.tree.find("Figure"))
    count = len(page.pages)
    assert page.artifacts(count - 1, "Footer").endswith(say("Page {page} of {pages}", page=count, pages=count))
    assert max(run.right for runs in page.pages for run in runs) <= RIGHT_MARGIN + 0.5


TRENDS = {name: chart for name, chart in EVERY.items() if isinstance(chart, LineChart)}


@pytest.mark.parametrize("chart", first_of(TRENDS.values()))
def test_a_trend_of_half_the_width_is_lower_and_nothing_is_cut_off(chart):
    image = pixels(chart, width=8.05)
    sides = [(0, 0, 1, image.height), (image.width - 1, 0, image.width, image.height), (0, 0, image.width, 1)]
    sides.append((0, image.height - 1, image.width, image.height))
    assert {tone for side in sides for _, tone in image.crop(side).getcolors()} == {PAPER}
    assert image.height < pixels(chart).height


@pytest.mark.exhaustive
def test_the_same_review_gives_the_same_bytes(sample, papers):
    document, who, names = sample
    options = {"names": names, "functions": FUNCTIONS, "say": SV, "state": "approved", "made_at": who.changed_at}
    assert pdf(document, **options) == papers("sv")


def test_the_name_of_the_file_is_in_the_reader_s_language():
    assert file_name(2026, SV) == "Ledningens genomgång 2026, mötesunderlag.pdf"
    assert file_name(2026, EN) == "Management review 2026, meeting handout.pdf"


def test_word_has_the_columns_of_paper_and_no_rules_to_write_on():
    result = Result("50 %", "red", "Under gränsen", "1 av 2 system", ("Mål 95 %", "Förra: 40 %"))
    columns = Beside((result,), (Table("", (Head("Enhet"),), (("Norr",),)),))
    topic = Topic((Heading("Punkten", 1), columns, Paragraph("Kommentaren")), "Anteckningar", 3)
    report = Report(
        language="sv", title="Titel", organisation="Förvaltning", facts=(), draft=None, footer="fot",
        contents="Innehåll", page="{page}/{pages}", made_at=WHEN, blocks=(topic,),
    )  # fmt: skip
    word = Document(BytesIO(write_word(report)))
    left, right = word.tables[0].rows[0].cells
    assert left.text == "◆ Under gränsen\n50 %\n1 av 2 system\nMål 95 %\nFörra: 40 %"
    assert [cell.text for row in right.tables[0].rows for cell in row.cells] == ["Enhet", "Norr"]
    full_text = "\n".join(text.text or "" for text in word.element.iter("{*}t"))
    assert [text for text in ("Punkten", "Kommentaren") if text not in full_text] == []
    assert "Anteckningar" not in full_text

"""The report of a review: the seed's chapters, the figures of `coverage`, and what the public version withholds."""

import io
import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from docx import Document

from compliance.core.language import LANGUAGES, Language, tenths
from compliance.counting.assessing import OUTCOMES, coverage
from compliance.declarations.points import load_points
from compliance.report.blocks import (
    SIGNS,
    Bar,
    Bullets,
    Heading,
    PageBreak,
    Paragraph,
    Result,
    Signatures,
    Table,
    Together,
    each,
)
from compliance.report.chapters import covered_by
from compliance.report.departments import weakest as most_below
from compliance.report.edition import Edition, departments
from compliance.report.files import file_name
from compliance.report.points import section
from compliance.report.report import as_document, report_of
from compliance.review.approving import dossier, signatures_of
from compliance.review.dossier import few_added_up
from compliance.review.functions import load_functions
from compliance.review.reviewing import review_of
from compliance.review.wording import left_of, weakest
from compliance.store.database import rows
from compliance.wording import outlook, phrases
from compliance.wording.phrases import percent, share
from tests.layers import first_of
from tests.line import POINTS
from tests.reviewed import at
from tests.sampled import draft
from tests.searching import named
from tests.tagged import Tagged

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
FEW = "the draft of a few exports"
WHY = "Varför det inte är uppfyllt"
LEFT_HEADS = {"Vad som återstår", "Mest kvar att göra", "Återstår"}
# The seed's chapters in the seed's order, after the introduction (rulebook, section 6).
CHAPTERS = [
    (1, "Sammanfattning"),
    (2, "Avdelning för avdelning"),
    (1, "Inledning"),
    (1, "1 Riktlinje för informationssäkerhet"),
    (2, "1.1 Lokal anvisning för informationssäkerhet"),
    (2, "1.2 Verksamhetsplan"),
    (1, "2 Uppföljning av informationssäkerhetsarbete och dataskyddsarbete"),
    (2, "2.1 Uppföljning 2025"),
    (2, "2.2 Avvikelser i tertialrapport"),
    (2, "2.3 Risker som identifierats i GDPR-årsrapport"),
    (2, "2.4 Förändringar i omvärld, krav och förväntningar"),
    (1, "3 Utveckling av lokalt informationssäkerhetsarbete och dataskyddsarbete"),
    (2, "3.1 Verksamhetsplan 2026"),
    (1, "4 Bedömning"),
    (2, "Beslut"),
    (1, "Bilaga"),
    (2, "Övriga tal"),
    (2, "Så räknas det"),
    (2, "Exporterna som siffrorna vilar på"),
    (2, "ISO/IEC 27001:2022, 9.3.2"),
]


@pytest.fixture(scope="module")
def database(sample_database):
    return sample_database


@pytest.fixture(scope="module")
def parts(database, tmp_path_factory):
    """A function that gives the dossier, state and signatures of a year's review, or of the draft of a few exports.

    To count the draft of 2026 takes seconds.
    """

    @cache
    def of(year):
        if year == FEW:
            with at("approved", tmp_path_factory.mktemp("few")).held() as line, line.database.cursor() as cursor:
                review = line.correct(line.review())
                return line.document(review), review.state, signatures_of(cursor, review)
        with database.cursor() as cursor:
            review = review_of(cursor, year)
            document = draft(database) if year == 2026 else dossier(cursor, review, own=None)
            return document, review.state, signatures_of(cursor, review)

    return of


@pytest.fixture(scope="module")
def report(parts):
    """A function that gives the report of a year, which is made once."""

    @cache
    def of(year=2025, say=SV, *, public=False):
        document, state, who = parts(year)
        return report_of(document, state=state, signed=who, say=say, public=public)

    return of


@pytest.fixture(scope="module")
def written(report):
    """A function that gives the complete Swedish report of 2025 as a file of a kind, or that to hand out."""
    return cache(lambda kind, *, public=False: as_document(report(public=public), kind=kind))


@pytest.fixture(scope="module")
def pdf(written):
    return cache(lambda *, public=False: Tagged(written("pdf", public=public)))


def of_kind(report, *kinds):
    return [block for block in each(report.blocks) if isinstance(block, kinds)]


def full_text(report):
    """Every text of a report."""
    return "\n".join(_texts(report))


def _texts(value):
    if isinstance(value, str):
        yield value.replace("\N{NO-BREAK SPACE}", " ")
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _texts(getattr(value, name))


@cache
def counted_at(database, day, known_at):
    with database.cursor() as cursor:
        return coverage(cursor, load_points(None), days=[day], known_at=known_at, level="organisation")


def expected(database, document, say):
    """The row of each point in the table of all points, as `coverage` counts it as of the same moment."""
    counted = counted_at(database, document.as_of, document.known_at)
    return [
        (
            percent(figure, say),
            share(figure.target.target, say),
            phrases.word(figure, say).replace(" ", "\N{NO-BREAK SPACE}"),
        )
        for figure in counted
    ]


# --- chapters ----------------------------------------------------------------------------------------------------


def test_it_has_the_chapters_of_the_seed(report):
    headings = [(block.level, block.text.replace("\N{NO-BREAK SPACE}", " ")) for block in of_kind(report(), Heading)]
    assert [heading for heading in headings if heading[0] < 3] == CHAPTERS
    points = [text for level, text in headings if level == 3]
    assert [text.split(".")[0] for text in points] == [str(point.number) for point in POINTS]


def test_the_first_chapter_has_the_seeds_instructions(report):
    [listed] = [block.text for block in of_kind(report(), Paragraph) if block.text.startswith("1. Ansvar och roller")]
    assert [line.split(".")[0] for line in listed.split("\n")] == ["1", "2", "3", "4", "5", "6", "7"]


def test_an_optional_chapter_that_is_empty_is_left_out(report):
    headings = [block.text for block in of_kind(report(FEW), Heading)]
    assert not [text for text in headings if text.startswith("2.4")]


def _chapter(parts, number, *, year=2025, state="approved", **changed):
    """The blocks of a chapter of the report, without its heading, where the review is changed."""
    document, _, signed = parts(year)
    made = report_of(replace(document, **changed), state=state, signed=signed, say=SV, public=False)
    places = [n for n, block in enumerate(made.blocks) if isinstance(block, Heading)]
    begin = next(n for n in places if made.blocks[n].text.startswith(number))
    return made.blocks[begin + 1 : next(n for n in places if n > begin)]


@pytest.mark.parametrize("number", ["2.2", "2.3"])
def test_an_export_without_rows_of_the_year_is_told_by_its_day_and_a_missing_one_by_its_name(parts, number):
    document = parts(2025)[0]
    nothing = {"deviations": (), "recommendations": ()}
    source = {"2.2": "deviations", "2.3": "dpo_recommendations"}[number]
    used = replace(document.imports[0], source=source, extract_date=date(2025, 5, 31))
    others = tuple(row for row in document.imports if row.source != source)
    told = [
        _chapter(parts, number, **nothing, imports=imports)[-1].text.replace("\N{NO-BREAK SPACE}", " ")
        for imports in ((*others, used), others)
    ]
    title = {"2.2": "Avvikelser i tertialrapport", "2.3": "Dataskyddsombudets årsrapport"}[number]
    assert told == [
        "Exporten från 31 maj 2025 har inga rader för 2025.",
        f"Ingen export av {title} är inläst till och med den 15 november 2025.",
    ]


@pytest.mark.parametrize(
    ("state", "told"), [("draft", "Här är inget skrivet."), ("approved", "Inget redovisas under den här rubriken.")]
)
def test_a_chapter_without_a_text_ends_with_a_sentence_that_fits_the_state_of_the_review(parts, state, told):
    written = parts(2025)[0].written
    empty = replace(written, chapters=written.chapters | {"local_instruction": "", "development": ""})
    (block,) = [row for row in _chapter(parts, "1.1", state=state, written=empty) if isinstance(row, Paragraph)]
    assert block.text == told
    # chapter 3 has one of its own below it
    assert len(_chapter(parts, "3\N{NO-BREAK SPACE}", state=state, written=empty)) == (state == "draft")


def test_an_approved_report_has_no_sentence_of_an_unfinished_one(parts):
    document, _, signed = parts(2025)
    bare = replace(document, decisions=(), carried=(), deviations=(), recommendations=(), imports=())
    bare = replace(bare, written=replace(document.written, chapters={}, assessments={}))
    text = full_text(report_of(bare, state="approved", signed=signed, say=SV, public=False))
    assert re.findall(r".*(?<!räknas inte) än\.|.*Ingenting.*", text) == []
    assert "Inget beslut är fattat." in text
    assert "Behandlas inte i denna genomgång." in text


def test_a_chapter_has_what_was_written_or_its_start_text(report):
    texts = [block.text for block in of_kind(report(), Paragraph)]
    assert any(text.startswith("Ledningens genomgång är ett begrepp inom informationssäkerhet") for text in texts)
    assert any(text.startswith("Under året har den lokala anvisningen gåtts igenom") for text in texts)


def test_a_draft_is_marked_and_an_approved_review_is_not(report):
    assert (report(2025).draft, report(FEW).draft, report(FEW, EN).draft) == (None, "Utkast", "Draft")


def test_the_signatures_are_those_of_the_review_and_a_draft_has_rules_to_sign_on(parts, report):
    [block] = of_kind(report(), Signatures)
    assert block.title == "Inlämning och godkännande"
    assert [text for _, text in block.lines] == [
        "Ylva Nordgren, 10\N{NO-BREAK SPACE}december\N{NO-BREAK SPACE}2025",
        "Rolf Ahlberg, 16\N{NO-BREAK SPACE}december\N{NO-BREAK SPACE}2025",
    ]
    assert f"Sigill (SHA-256): {parts(2025)[2].seal}" in full_text(report())
    assert "Godkänd: namnet är angivet för hand, vid en dator utan inloggning." in full_text(report())
    [block] = of_kind(report(FEW), Signatures)
    assert [text for _, text in block.lines] == ["", ""]
    assert "SHA-256): " not in full_text(report(FEW))


@pytest.mark.exhaustive
def test_decisions_of_earlier_reviews_follow_with_their_state(report):
    tables = {block.caption: block for block in of_kind(report(2026), Table)}
    carried = tables["Beslut från tidigare genomgångar"]
    assert [(row[0], *row[-1].split("\n")) for row in carried.rows] == [
        ("2025-1", "Försenat, pågår", "följs upp i T2", "Hälften är klassade."),
        ("2025-2", "Ej påbörjat", "följs upp i VB"),
        ("2025-3", "Klart", "följs upp i T1", "Infört från och med mars."),
        ("2025-4", "Försenat, pågår", "följs upp i T2"),
    ]
    assert [row[0] for row in tables["Beslut vid denna genomgång"].rows] == ["2026-1"]
    assert [(row[0], row[-1]) for row in tables["Beslut"].rows] == [
        ("2026-1", "Ej påbörjat"), ("2025-1", "Försenat, pågår"), ("2025-4", "Försenat, pågår"),
        ("2025-2", "Ej påbörjat"),
    ]  # fmt: skip
    assert carried.rows[0][1] == (
        "Samtliga verksamhetskritiska system ska klassas.\nSkäl: Bara vart femte system är klassat.\nResurs: 120 timmar"
    )
    assert tables["Beslut"].rows[1][1] == "Samtliga verksamhetskritiska system ska klassas.\nHälften är klassade."


def test_a_decision_in_the_summary_has_no_line_breaks_of_its_author(parts, report):
    document, state, signed = parts(2025)
    first = replace(document.decisions[0], text="Ett.\n\n  Två.\nTre.")
    made = report_of(replace(document, decisions=(first,)), state=state, signed=signed, say=SV, public=False)
    [brief] = [table for table in of_kind(made, Table) if table.caption == "Beslut"]
    assert brief.rows[0][1] == "Ett. Två. Tre."


@pytest.mark.parametrize(
    ("line", "items"), [("- Ett", ("Ett",)), ("* Ett", ("Ett",)), ("**Viktigt** i år", None), ("-5 procent", None)]
)
def test_a_line_is_an_item_of_a_list_if_a_space_follows_its_sign(parts, line, items):
    written = parts(2025)[0].written
    own = replace(written, chapters=written.chapters | {"local_instruction": line})
    [block] = _chapter(parts, "1.1", state="approved", written=own)
    assert block == (Bullets(items) if items else Paragraph(line))


def test_the_judgement_precedes_its_grounds(report):
    blocks = list(each(report().blocks))
    place = next(
        n
        for n, block in enumerate(blocks)
        if isinstance(block, Heading) and block.text == "4\N{NO-BREAK SPACE}Bedömning"
    )
    verdict, grounds = (block.text for block in blocks[place + 1 : place + 3])
    assert verdict == "Arbetet är delvis tillräckligt och har delvis önskad verkan."
    assert grounds.startswith("Arbetet fortlöper i huvudsak enligt plan.")


def test_an_activity_that_a_chapter_mentions_is_not_listed_again(report):
    listed = [block.items for block in of_kind(report(), Bullets)]
    assert [item for items in listed for item in items if item.startswith("Utse objektledare")] == [
        "Utse objektledare för samtliga system."
    ]
    assert "Utveckla arbetet med incidenthantering" in listed[-1]
    assert "Prioriterade områden i verksamhetsplanen:" in full_text(report())


@pytest.mark.exhaustive
def test_an_activity_that_no_chapter_mentions_is_listed(report):
    assert "Utse objektledare för samtliga system" in of_kind(report(2026), Bullets)[-1].items


def test_a_clause_of_the_standard_has_the_parts_that_cover_it(parts):
    document, *_ = parts(2025)
    covered = {clause.letter: covered_by(document, clause.letter, SV) for clause in document.clauses}
    assert [letter for letter, names in covered.items() if not names] == ["a"]
    assert covered["f"] == ["5 Riskanalys"]
    draft = replace(parts(FEW)[0], carried=document.decisions)
    assert covered_by(draft, "a", SV) == ["Beslut från tidigare genomgångar"]
    assert covered_by(draft, "b", SV) == []


# --- figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", first_of(LANGUAGES))
def test_every_figure_equals_coverage(code, database, parts, report):
    say = Language(code)
    table = next(block for block in of_kind(report(say=say), Table) if len(block.rows) == len(POINTS))
    assert [(row[1], row[2], row[3]) for row in table.rows] == expected(database, parts(2025)[0], say)
    assert [bar.text for bar in table.bars] == [row[1] for row in table.rows]
    figures = [answer.coverage for answer in parts(2025)[0].points if answer.coverage.coverage is not None]
    told = [(result.value, result.text) for result in of_kind(report(say=say), Result)]
    assert told == [(percent(figure, say), phrases.counts_sentence(figure, say)) for figure in figures]


@pytest.mark.exhaustive
def test_a_year_is_compared_with_the_last_approved_review(parts, report):
    document, *_ = parts(2026)
    before = parts(2025)[0]
    assert document.last_year == 2025
    assert {a.point.id: a.before for a in document.points} == {a.point.id: a.now for a in before.points}
    [chart] = [block for block in of_kind(report(2026), Table) if block.bars and isinstance(block.bars[0], Bar)]
    assert "ringen genomgång 2025 (15 november 2025). Täckning den 31 oktober 2026." in full_text(report(2026))
    assert [bar.before for bar in chart.bars] == [answer.coverage.coverage for answer in before.points]


def causes_of(document, point_id, *, say=SV, **changed):
    """Why a point changed, by its part of a report: the rows of its figure, and the sentences."""
    answer = replace(document.answer(point_id), **changed)
    found = list(each([section(Edition(document, say), answer)]))
    tables = [
        block for block in found if isinstance(block, Table) and block.columns[0].label == "Varför ändrades siffran?"
    ]
    texts = [block.text for block in found if isinstance(block, Paragraph) and "sedan den" in block.text]
    return tables, texts


@pytest.mark.live
def test_why_a_figure_changed_is_drawn_with_causes_that_add_up_and_a_review_without_them_has_its_sentence(parts):
    document, *_ = parts(2026)
    for answer in document.points:
        if answer.causes:
            moved = phrases.change(answer.coverage, answer.coverage_before)
            assert sum(cause.tenths for cause in answer.causes) == tenths(moved)
    [table], texts = causes_of(document, "risk_analysis")
    assert [row[0].replace("\N{NO-BREAK SPACE}", " ") for row in table.rows] == [
        "13 system uppfyller nu kravet",
        "32 system uppfyller inte längre kravet (riskanalysen är för gammal)",
        "6 system har tillkommit",
    ]
    assert [(bar.size, row[1]) for bar, row in zip(table.bars, table.rows, strict=True)] == [
        (44, "+4,4"),
        (-108, "−10,8"),
        (4, "+0,4"),
    ]
    assert texts == []
    tables, [sentence] = causes_of(document, "risk_analysis", causes=())
    assert (tables, sentence[:50]) == ([], "Täckningen har sjunkit med 6,0 procentenheter seda")
    # the four biggest, the others added up
    [table], _ = causes_of(document, "information_security_training")
    assert [row[1] for row in table.rows] == ["+10,1", "−0,7", "+1,0", "+0,3"]
    assert table.rows[-1][0] == "Övrigt"


@pytest.mark.exhaustive
def test_word_holds_every_figure(database, parts, written):
    document = Document(io.BytesIO(written("docx")))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    listed = [tuple(row[2:5]) for row in cells if len(row) in {7, 8} and re.match(r"\d+ ", row[0])]
    assert listed == expected(database, parts(2025)[0], SV)


@pytest.mark.exhaustive
@pytest.mark.parametrize("public", [False, True])
def test_pdf_holds_every_figure(database, parts, pdf, public):
    cells = [[one_line(cell.text) for cell in row.nodes] for row in pdf(public=public).tree.find("TR")]
    listed = [tuple(row[2:5]) for row in cells if len(row) in {7, 8} and re.match(r"\d+ ", row[0])]
    assert listed == [tuple(map(one_line, row)) for row in expected(database, parts(2025)[0], SV)]


def one_line(text):
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


# The tests of the writers hold that the same report gives the same file, with a report that has every block.
def test_the_same_review_gives_the_same_report(parts, report):
    document, state, who = parts(2025)
    assert report_of(document, state=state, signed=who, say=SV, public=False) == report()


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_the_same_review_gives_the_same_file(report, written, kind):
    assert as_document(report(), kind=kind) == written(kind)


def test_a_point_without_a_basis_has_no_figure_and_a_reason(report):
    [point] = [
        block
        for block in report().blocks
        if isinstance(block, Together) and getattr(block.blocks[0], "text", "").startswith("9. ")
    ]
    _, why, assessed, comment = point.blocks
    assert why.text.replace("\N{NO-BREAK SPACE}", " ").startswith("Ingen export av Upphandlingar är inläst")
    assert assessed.text == "Förvaltningschefens bedömning: otillräckligt."
    assert comment.style == "comment"


def _with_reasons(answer, count):
    """A point with so many reasons, of 1, 2, 3 … items."""
    [reason, *_] = [reason for reason in answer.reasons if reason.outcome == "unmet"]
    return replace(answer, reasons=tuple(replace(reason, code=f"r{n}", number=n) for n in range(1, count + 1)))


@pytest.mark.parametrize(
    ("count", "numbers", "last"),
    [(5, ["5", "4", "3", "2", "1"], "Ej uppfyllt"), (7, ["7", "6", "5", "4", "6"], "Övriga skäl")],
)
def test_five_reasons_are_all_told_and_of_more_the_rare_ones_are_other_reasons(parts, count, numbers, last):
    document = parts(2025)[0]
    answer = _with_reasons(document.answer("classification"), count)
    told = section(Edition(document, SV), answer)
    [table] = [t for t in _in(told, Table) if t.columns[0].label == "Vad som återstår"]
    assert ([row[1] for row in table.rows], table.rows[-1][0]) == (numbers, last)


def test_a_point_whose_unmet_items_were_all_late_has_nothing_left_to_do(parts):
    document = parts(2025)[0]
    answer = document.answer("classification")
    for lost, heads in [(left_of(answer.coverage), {WHY}), (1, LEFT_HEADS)]:
        late = replace(answer, heading=replace(answer.heading, lost=lost, at_most=0.5))
        told = section(Edition(document, SV), late)
        shown = {column.label for table in _in(told, Table) for column in table.columns}
        assert shown & (LEFT_HEADS | {WHY}) == heads


def _in(block, kind):
    return [found for found in each([block]) if isinstance(found, kind)]


# --- short -------------------------------------------------------------------------------------------------------


def test_the_second_page_has_the_verdict_all_points_and_the_decisions(report):
    page = report().blocks[: next(n for n, b in enumerate(report().blocks) if isinstance(b, PageBreak))]
    assert [(type(b).__name__, getattr(b, "style", "")) for b in page] == [
        ("Heading", ""), ("Paragraph", "verdict"), ("Paragraph", "comment"), ("Paragraph", "answer"), ("Table", ""),
        ("Paragraph", "note"), ("Table", ""),
    ]  # fmt: skip
    _, verdict, grounds, answer, *_ = (getattr(block, "text", "") for block in page)
    assert verdict == "Arbetet är delvis tillräckligt och har delvis önskad verkan."
    assert grounds.startswith("Arbetet fortlöper i huvudsak enligt plan.")
    worst = (
        "4 Informationsklassning (19,1 %)",
        "5 Riskanalys (44,4 %)",
        "3 Implementering av lokal anvisning (70,8 %)",
    )
    assert [point for point in worst if point not in answer.replace("\N{NO-BREAK SPACE}", " ")] == []


def test_the_second_page_has_who_and_when_of_each_decision_and_each_figure_of_31_december(parts, report):
    document = parts(2025)[0]
    points, decided = [block for block in report().blocks if isinstance(block, Table)][:2]
    assert [column.label for column in decided.columns] == ["Nr", "Beslut", "Ansvarig", "Klart senast", "Status"]
    assert [(row[2], row[3]) for row in decided.rows] == [
        (row.responsible, row.due.isoformat()) for row in document.decisions
    ]
    place = [column.label for column in points.columns].index("31 dec om inget görs")
    for answer, row in zip(document.points, points.rows, strict=True):
        then, told = answer.outlook.then, row[place].replace("\N{NO-BREAK SPACE}", " ")
        if answer.outlook.lost:
            assert told == "–"
        elif then and then.coverage is not None:
            assert told == f"{SIGNS[then.status]} {percent(then, SV)}".replace("\N{NO-BREAK SPACE}", " ")
        else:
            assert told == "–"
    assert {row[place][:1] for row in points.rows} == {"◆", "▲", "–"}
    assert any(answer.outlook.lost for answer in document.points)


def test_the_version_to_hand_out_has_the_functions_of_those_responsible_and_no_name(parts):
    document, state, signed = parts(2025)
    one, *others = document.decisions
    named = replace(document, decisions=(replace(one, responsible="Anna Berg, avdelningschef"), *others))
    options = {"state": state, "signed": signed, "say": SV, "public": True, "functions": load_functions(None)}
    made = report_of(named, **options)
    for table in of_kind(made, Table):
        if "Ansvarig" in (heads := [column.label for column in table.columns]):
            assert table.rows[0][heads.index("Ansvarig")] == "Avdelningschef"
    assert "Anna Berg" not in full_text(made)


def test_the_third_page_has_the_departments_as_a_heat_table_with_shapes(parts, report):
    document, blocks = parts(2025)[0], report().blocks
    place = next(n for n, block in enumerate(blocks) if isinstance(block, PageBreak))
    heading, answer, table, key = blocks[place + 1 : place + 5]
    assert (heading.text, answer.text) == (
        "Avdelning för avdelning",
        "Kultur, fritid och stadsmiljö har flest punkter under gränsen: nio av tio.",
    )
    for number, point in enumerate(document.points, 1):
        figures = {figure.department: figure for figure in departments(point)}
        for row, statuses in zip(table.rows, table.statuses, strict=True):
            figure = figures.get(row[0])
            assert statuses[number] == (figure.status if figure else None)
            told = f"{SIGNS[figure.status]}\N{NO-BREAK SPACE}{phrases.whole_percent(figure, SV)}" if figure else "–"
            assert row[number] == told
    assert key.text == "● Når målet · ▲ Nära · ◆ Under gränsen · procent uppfyllt · – ingen siffra"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Äldre"], "Äldre har flest punkter under gränsen: två av två."),
        (["Kultur", "Äldre"], "Kultur och Äldre har flest punkter under gränsen: två var."),
        (["Kultur", "Skola", "Äldre"], "Kultur, Skola och Äldre har flest punkter under gränsen: två var."),
        (["A", "B", "C", "D"], "Fyra avdelningar har flest punkter under gränsen: två var."),
        (["A" * 80, "B" * 80], "Två avdelningar har flest punkter under gränsen: två var."),
    ],
)
def test_departments_that_are_equally_weak_are_all_named_or_counted(parts, names, told):
    one = parts(2025)[0].points[0].coverage
    low, high = replace(one, met=1, unmet=99, unknown=0), replace(one, met=100, unmet=0, unknown=0)
    found = [replace(low, department=name) for name in names for _ in range(2)]
    found += [replace(figure, department="En till") for figure in (low, high)]
    assert most_below(found, SV) == told


def test_one_department_alone_is_no_heat_table(parts):
    document, state, signed = parts(2025)
    alone = replace(document, points=tuple(replace(a, departments=a.departments[:1]) for a in document.points))
    made = report_of(alone, state=state, signed=signed, say=SV, public=False)
    assert not any(table.statuses for table in of_kind(made, Table))
    after = next(n for n, block in enumerate(made.blocks) if isinstance(block, PageBreak))
    assert made.blocks[after + 1] == Heading("Inledning", 1)


def test_where_a_figure_is_heading_is_a_paragraph_of_its_own(parts, report):
    sections = [block for block in report().blocks if isinstance(block, Together)][1:]
    for answer, block in zip(parts(2025)[0].points, sections, strict=False):
        text = " ".join(outlook.sentences(answer.outlook, SV))
        assert not text or Paragraph(text) in block.blocks
    assert any("vid årsskiftet" in getattr(row, "text", "") for row in each(report().blocks))


def test_no_caption_says_what_the_heading_above_it_says(report):
    heading, twice = "", []
    for block in of_kind(report(), Heading, Table):
        if isinstance(block, Heading):
            heading = re.sub(r"^[\d.]+\s", "", block.text).casefold()
        elif block.caption and block.caption.casefold().startswith(heading):
            twice.append(block.caption)
    assert twice == ["Beslut vid denna genomgång"]


def test_a_review_older_than_the_judgement_says_that_none_was_requested(parts):
    document, state, who = parts(2025)
    before = replace(document, written=replace(document.written, judgement=None))
    report = report_of(before, state=state, signed=who, say=SV, public=False)
    assert report.blocks[1].text == "En samlad bedömning efterfrågades inte när genomgången gjordes."
    assert report.blocks[2].text.startswith("Arbetet fortlöper i huvudsak enligt plan.")


def test_what_is_in_the_appendix_is_nowhere_else(parts, report):
    text = full_text(report())
    for figure in parts(2025)[0].figures:
        if figure.part is not None:
            assert text.count(SV.plain(figure.definition)) == 1
    for answer in parts(2025)[0].points:
        assert text.count(SV.plain(answer.point.rule)) == 1


@pytest.mark.exhaustive
def test_it_has_about_sixteen_pages_and_half_a_page_per_point(pdf):
    assert 13 <= len(pdf().pages) <= 17
    assert next(page for _, title, page in pdf().bookmarks if title == "Avdelning för avdelning") == 3
    pages = {title: page for level, title, page in pdf().bookmarks if level == 3}
    assert len(pages) == len(POINTS)
    assert max(pages.values()) - min(pages.values()) <= 6


# --- the public version ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", first_of([2025, 2026]))
@pytest.mark.parametrize("code", first_of(LANGUAGES))
def test_the_public_version_names_no_person_and_no_system(code, year, database, parts, report):
    text = full_text(report(year, Language(code), public=True))
    names = database_names(database, parts(year)[0])
    assert len(names) > 1000
    assert named(text, names) == []
    assert "Ylva Nordgren" not in text
    assert "Rolf Ahlberg" not in text


def database_names(database, document):
    params = {"as_of": document.as_of, "known_at": document.known_at}
    with database.cursor() as cursor:
        people = rows(cursor, "select distinct name from staff_at(as_of := $as_of, known_at := $known_at)", params)
        systems = rows(cursor, "select distinct system from systems_at(as_of := $as_of, known_at := $known_at)", params)
    return [row["name"] for row in people if row["name"]] + [row["system"] for row in systems]


def test_the_public_version_has_only_public_comments(parts, report):
    written = parts(2025)[0].written
    text = full_text(report(public=True))
    assert [comment for comment in written.comments.values() if comment in text] == []
    assert "Införandet pågår och ska vara klart under 2026." in text
    assert "Införandet pågår" not in full_text(report())


def test_the_public_version_has_no_reasons_and_no_files(report):
    whole, public = (
        {column.label for table in of_kind(report(public=public), Table) for column in table.columns}
        for public in (False, True)
    )
    withheld = {"Vad som återstår", "Fil", "Rekommendation"}
    assert withheld <= whole
    assert public.isdisjoint(withheld)


def test_the_public_version_adds_up_departments_of_few_persons(parts, report):
    counted = {row.department: row for row in parts(2025)[0].points[0].departments}
    few = {name for name, row in counted.items() if sum(getattr(row, outcome) for outcome in OUTCOMES) < 5}
    full, public = ({row[0] for row in _by_department(report(public=public)).rows} for public in (False, True))
    assert full == {*counted}
    assert public == {*counted, *({"Övriga enheter"} if few else ())} - few


def test_persons_of_no_department_cannot_be_found_by_subtraction(parts):
    """The organisation has two persons more than its departments; the smallest department is added to them."""
    document = parts(2025)[0]
    answer = document.points[0]
    two = [replace(answer.now, department=name, met=met, unmet=1, unknown=0) for name, met in (("A", 9), ("B", 19))]
    now, units = (
        replace(answer.now, met=29, unmet=3, unknown=0),
        tuple(replace(part, unit=f"{part.department}1") for part in two),
    )
    document = replace(document, points=(replace(answer, departments=tuple(two), units=units, now=now),))
    for part in ("department", "unit"):
        (told,) = few_added_up(document, "Övriga enheter").points
        shown = departments(told) if part == "department" else weakest(told)
        assert {(figure.department or figure.unit, figure.of) for figure in shown} >= {("Övriga enheter", 12)}
    assert [(part.department or part.unit, part.of) for part in departments(told)] == [
        ("B", 20),
        ("Övriga enheter", 12),
    ]
    assert [part.of for part in departments(document.points[0])] == [10, 20]


def _by_department(report):
    return next(t for t in of_kind(report, Table) if t.statuses)


def test_the_name_of_the_file_has_the_version(parts):
    document, *_ = parts(2025)
    assert file_name(document, kind="pdf", say=SV, public=False) == "ledningens_genomgang_2025.pdf"
    assert file_name(document, kind="docx", say=SV, public=True) == "ledningens_genomgang_2025_att_lamna_ut.docx"
    assert document.as_of == date(2025, 11, 15)

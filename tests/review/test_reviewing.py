"""A review is opened, written in and decided in as a draft; decisions live on until they are done."""

from datetime import date, datetime

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.masking import MASK
from compliance.correcting import arrangements
from compliance.correcting.arrangements import Delivering
from compliance.correcting.renaming import add_alias
from compliance.loading import loading
from compliance.loading.loading import rename_organisation
from compliance.review import deciding, reviewing
from compliance.review.deciding import DecisionContent
from compliance.worklists import notes
from compliance.worklists.notes import Note
from tests.layers import first_of
from tests.reviewed import AS_OF, IDS, SYSTEMS, TODAY, Reviewed, at
from tests.searching import values_of

IDENTITY = "19811228-9874"


# What the tests of reviews write into.
WRITTEN = ("reviews", "review_states", "review_texts", "decisions", "follow_ups", "events")


def opened(stage, folder):
    with at(stage, folder).held() as line:
        yield line


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    yield from opened("loaded", tmp_path_factory.mktemp("loaded"))


@pytest.fixture
def line(loaded):
    """A database with three exports; what a test writes about a review is taken away again."""
    yield loaded
    with loaded.database.writing() as cursor:
        for table in WRITTEN:
            cursor.execute(f"delete from {table}")


@pytest.fixture
def alone(tmp_path):
    """The same, in which a test may change more than a review."""
    yield from opened("loaded", tmp_path)


@pytest.fixture
def approved(tmp_path):
    """The same with an approved review that has one decision."""
    yield from opened("approved", tmp_path)


def written(line, review):
    with line.database.cursor() as cursor:
        return reviewing.review_texts(cursor, review)


def events(line, action):
    return [row["what"] for row in line.rows("from events where action = $action order by happened_at", action=action)]


def two_organisations(line):
    line.load_table(
        SYSTEMS.replace("Alfa", "Omega"), name="other.csv", source="systems", organisation="Andra förvaltningen"
    )


# --- Opening -----------------------------------------------------------------------------------------------------


def test_a_review_is_a_draft_for_a_year_and_a_day(line):
    review = line.open()
    assert (review.year, review.as_of, review.state, review.version) == (2026, AS_OF, "draft", 1)
    assert (review.organisation, review.submitted_by, review.sha256) == ("Förvaltningen", None, None)
    assert events(line, "open review") == ["review 1: 2026, Förvaltningen, as of 2026-11-20"]


@pytest.mark.parametrize(("year", "day"), [(2026, TODAY), (2025, date(2025, 12, 31))])
def test_without_a_day_it_describes_today_or_the_end_of_a_past_year(line, year, day):
    assert line.open(year, None).as_of == day


@pytest.mark.parametrize(
    ("year", "day", "why"),
    [
        (2026, date(2025, 12, 31), "is not in 2026"),
        (2026, date(2026, 11, 25), "has not come yet"),
        (2027, None, "is not in 2027"),
        (2027, date(2027, 1, 1), "has not come yet"),
    ],
)
def test_a_day_of_another_year_or_in_the_future_is_refused(line, year, day, why):
    with pytest.raises(Refusal, match=why):
        line.open(year, day)
    assert line.rows("from reviews") == []


def test_there_is_one_review_a_year(line):
    line.open()
    with pytest.raises(Refusal, match="is open already, with 2026-11-20 as its as-of date"):
        line.open(as_of=date(2026, 6, 30))
    assert line.open(2025, None).year == 2025


@pytest.mark.live
def test_with_several_organisations_one_must_be_named(alone):
    two_organisations(alone)
    with pytest.raises(Refusal, match="several organisations"):
        alone.open()
    mine, other = alone.open(organisation="förvaltningen"), alone.open(organisation="Andra förvaltningen")
    with alone.database.cursor() as cursor:
        with pytest.raises(Refusal, match="several organisations: Andra förvaltningen, Förvaltningen"):
            reviewing.review_of(cursor, 2026)
        assert reviewing.review_of(cursor, 2026, "ANDRA  FÖRVALTNINGEN") == other
        assert reviewing.review_of(cursor, 2026, "Förvaltningen") == mine
    alone.write(other, "comment", "dpia", "Vår egen")
    assert (written(alone, mine).comments, written(alone, other).comments) == ({}, {"dpia": "Vår egen"})


def test_a_misspelt_organisation_is_not_created(line):
    with pytest.raises(Refusal, match=r"There is no organisation Förvaltnigen\. The database holds Förvaltningen"):
        line.open(organisation="Förvaltnigen")
    assert len(line.rows("from organisation_names")) == 1


@pytest.mark.live
def test_a_review_can_be_opened_before_any_export_and_a_refusal_leaves_no_file(tmp_path):
    line = Reviewed(tmp_path)
    with pytest.raises(Refusal):
        line.open(as_of=date(2020, 1, 1))
    assert not line.database.exists()
    assert line.open(organisation="Ny").organisation == "Ny"


def test_a_review_of_a_year_that_has_none_is_refused(line):
    with line.database.cursor() as cursor, pytest.raises(Refusal, match="no review of 2019"):
        reviewing.review_of(cursor, 2019)


def test_it_follows_the_name_of_its_organisation(alone):
    review = alone.open()
    rename_organisation(alone.database, 1, name="Nya namnet", order=alone.order())
    assert alone.now(review).organisation == "Nya namnet"


# --- Writing -----------------------------------------------------------------------------------------------------


def test_the_last_that_was_written_counts_and_nothing_is_lost(line):
    review = line.open()
    for text in ("Först", "Sedan"):
        line.write(review, "comment", "dpia", text)
    # a browser may send the same field twice
    reviewing.write(
        line.database, review.review_id, kind="comment", what="dpia", text="Sedan", order=line.order(), shown="Först"
    )
    line.write(review, "assessment", "dpia", "insufficient")
    line.write(review, "public_comment", "dpia", "Utåt")
    texts = written(line, review)
    assert (texts.comments, texts.assessments) == ({"dpia": "Sedan"}, {"dpia": "insufficient"})
    assert texts.public_comments == {"dpia": "Utåt"}
    assert [row["text"] for row in line.rows("from review_texts where kind = 'comment' order by edition")] == [
        "Först",
        "Sedan",
    ]


def test_an_empty_text_removes_it_and_the_initial_text_of_a_chapter(line):
    review = line.open()
    for kind in ("comment", "assessment"):
        line.write(review, kind, "dpia", "partly")
        line.write(review, kind, "dpia", " \u200b\n ")
    line.write(review, "chapter", "policy", "")
    texts = written(line, review)
    assert (texts.comments, texts.assessments, texts.chapters) == ({}, {}, {"policy": ""})


def test_an_assessment_is_one_of_three_and_has_no_default(line):
    review = line.open()
    assert written(line, review).assessments == {}
    with pytest.raises(Refusal, match="good is none of sufficient, partly, insufficient"):
        line.write(review, "assessment", "dpia", "good")


def test_identity_numbers_and_invisible_characters_are_not_stored(line):
    review = line.open()
    line.write(
        review, "comment", "dpia", f"Om {IDENTITY}.\r\n\r\nAndra\u200b  stycket\u202e {IDENTITY.replace('-', '')}"
    )
    assert written(line, review).comments["dpia"] == f"Om {MASK}.\n\nAndra stycket {MASK}"
    line.decide(review, f"Ring {IDENTITY}", responsible=f"Anna {IDENTITY}", resource=IDENTITY, why=IDENTITY)
    decision = line.decided("2026-1")
    assert (decision.text, decision.responsible) == (f"Ring {MASK}", f"Anna {MASK}")
    assert (decision.resource, decision.why) == (MASK, MASK)
    assert not line.rows("from review_texts where contains(text, '9874') or contains(text, '19811228')")


def test_a_text_can_be_too_long(line):
    review = line.open()
    line.write(review, "comment", "dpia", "x" * 10_000)
    with pytest.raises(Refusal, match="10001 characters, and 10000 are the most"):
        line.write(review, "comment", "dpia", "x" * 10_001)


def test_every_text_of_a_decision_has_a_limit(line):
    """Everywhere: pages and command line raise the same Refusal, and nothing that is refused is stored."""
    review = line.open()
    for content in (
        {"text": "x" * 10_001},
        {"text": "x", "resource": "x" * 10_001},
        {"text": "x", "why": "x" * 10_001},
        {"text": "x", "responsible": "x" * 201},
    ):
        with pytest.raises(Refusal, match=r"10000 are the most|200 are the most"):
            line.decide(review, **content)
    line.decide(review, "x" * 10_000, resource="x" * 10_000, responsible="x" * 200)
    with pytest.raises(Refusal, match="10000 are the most"):
        line.follow_up("2026-1", "ongoing", "x" * 10_001)
    with pytest.raises(Refusal, match="10000 are the most"):
        loading.clean_text("\u0300\u0316" * 50_000)


@pytest.mark.live
@pytest.mark.parametrize("state", first_of(["approved", "submitted"]))
def test_a_submitted_or_approved_review_is_locked(tmp_path, state):
    with at(state, tmp_path).held() as line:
        is_locked(line, state)


def is_locked(line, state):
    review, order = line.review(), line.order()
    counted = {table: len(line.rows(f"from {table}")) for table in ("review_texts", "decisions", "reviews")}
    attempts = [
        lambda: line.write(review, "comment", "dpia", "Efteråt"),
        lambda: line.write(review, "assessment", "dpia", "sufficient"),
        lambda: line.write(review, "chapter", "policy", "Efteråt"),
        lambda: line.decide(review, "Efteråt"),
        lambda: deciding.decide(line.database, 1, DecisionContent("Annat"), order=order, points=IDS, number=1),
        lambda: deciding.withdraw(line.database, 1, 1, order=order),
        lambda: reviewing.choose_day(line.database, 1, as_of=date(2026, 1, 1), order=order, today=TODAY),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal, match=f"has been {state}"):
            attempt()
    assert {table: len(line.rows(f"from {table}")) for table in counted} == counted


def test_a_draft_can_be_given_another_day_of_its_year(line):
    review = line.open()
    reviewing.choose_day(line.database, 1, as_of=date(2026, 6, 30), order=line.order(), today=TODAY)
    assert line.now(review).as_of == date(2026, 6, 30)
    with pytest.raises(Refusal, match="is not in 2026"):
        reviewing.choose_day(line.database, 1, as_of=date(2025, 6, 30), order=line.order(), today=TODAY)


def test_a_correction_that_keeps_its_figures_keeps_their_day(approved):
    review, order = approved.correct(approved.review()), approved.order()
    with pytest.raises(Refusal, match="The correction keeps the figures of 2026-11-20"):
        reviewing.choose_day(approved.database, 1, as_of=date(2026, 6, 30), order=order, today=TODAY)
    assert approved.now(review).as_of == AS_OF


# --- Chapters and clauses ----------------------------------------------------------------------------------------


def test_chapters_are_changed_in_an_own_file(tmp_path):
    (tmp_path / "chapters.toml").write_text(
        '[chapters.policy]\ntitle = { sv = "Vår policy", en = "Our policy" }\n'
        '[chapters.own]\nnumber = "5"\nlevel = 1\ntitle = { sv = "Eget", en = "Own" }\n',
        "utf-8",
    )
    chapters = {chapter.id: chapter for chapter in reviewing.load_chapters(tmp_path)}
    assert (chapters["policy"].title["sv"], chapters["policy"].number) == ("Vår policy", "1")
    assert (chapters["own"].optional, chapters["own"].after, chapters["own"].start) == (False, None, {"en": ""})


def test_a_chapter_that_lacks_something_is_refused(tmp_path):
    (tmp_path / "chapters.toml").write_text('[chapters.own]\nnumber = "5"\n', "utf-8")
    with pytest.raises(Refusal, match=r"lacks the key own\.level"):
        reviewing.load_chapters(tmp_path)


@pytest.mark.parametrize("entry", ['title = "Eget"', "title = {}", "start = 5", 'help = { sv = ["a"] }'])
def test_an_own_chapter_without_a_text_for_a_language_is_reported(tmp_path, entry):
    title = "" if entry.startswith("title") else 'title = { sv = "Eget", en = "Own" }\n'
    (tmp_path / "chapters.toml").write_text(f'[chapters.own]\nnumber = "5"\nlevel = 1\n{title}{entry}\n', "utf-8")
    with pytest.raises(Refusal, match=f"the key {entry.split()[0]} of the chapter own needs a text for each language"):
        reviewing.load_chapters(tmp_path)


def test_every_clause_of_the_standard_is_covered_by_an_existing_part():
    computed = {"points", "deviations", "recommendations", "risks", "carried", "decisions", "peers"}
    ids = computed | {chapter.id for chapter in reviewing.load_chapters(None)}
    clauses = reviewing.load_clauses(None)
    assert [clause.letter for clause in clauses] == list("abcdefg")
    assert [(clause.letter, by) for clause in clauses for by in clause.by if by not in ids] == []


# --- Decisions ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_decisions_are_numbered_within_their_review_and_no_number_is_reused(line):
    review, other = line.open(), line.open(2025, None)
    assert [line.decide(review, text) for text in ("Ett", "Två")] == [1, 2]
    assert line.decide(other, "Annat år") == 1
    deciding.withdraw(line.database, review.review_id, 2, order=line.order())
    assert line.decide(review, "Tre") == 3
    with line.database.cursor() as cursor:
        decisions = deciding.decisions_of(deciding.decisions(cursor), review)
    assert [(row.name, row.text, row.status) for row in decisions] == [
        ("2026-1", "Ett", "not_started"),
        ("2026-3", "Tre", "not_started"),
    ]


def test_the_words_of_a_decision_can_be_changed_while_it_is_a_draft(line):
    review = line.open()
    line.decide(review, "Klassa", point="classification", due=date(2027, 3, 31), follow_up="T1")
    content = DecisionContent("Klassa om", point="dpia", responsible="Objektägare", resource="20 timmar", why="Läckt")
    assert deciding.decide(line.database, 1, content, order=line.order(), points=IDS, number=1) == 1
    decision = line.decided("2026-1")
    assert (
        decision.text,
        decision.point,
        decision.responsible,
        decision.due,
        decision.resource,
        decision.follow_up,
        decision.why,
    ) == (
        "Klassa om",
        "dpia",
        "Objektägare",
        None,
        "20 timmar",
        None,
        "Läckt",
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (DecisionContent(" \u200b "), "A decision needs a text"),
        (DecisionContent("x", follow_up="T3"), "T3 is none of T1, T2, VB"),
        (DecisionContent("x", point="nothing"), "nothing is none of"),
    ],
)
def test_a_decision_has_a_text_and_refers_to_existing_things(line, content, why):
    review = line.open()
    with pytest.raises(Refusal, match=why):
        deciding.decide(line.database, review.review_id, content, order=line.order(), points=IDS)
    with pytest.raises(Refusal, match="There is no decision 7 in the review of 2026"):
        deciding.decide(line.database, 1, DecisionContent("x"), order=line.order(), points=IDS, number=7)


def test_a_decision_is_followed_up_between_reviews(approved):
    approved.follow_up("2026-1", "ongoing", "Hälften")
    decision = approved.decided("2026-1")
    assert (decision.status, decision.note, decision.open) == ("ongoing", "Hälften", True)
    assert (decision.late(date(2027, 3, 31)), decision.late(date(2027, 4, 1))) == (False, True)
    approved.follow_up("2026-1", "done")
    assert approved.decided("2026-1").late(date(2027, 4, 1)) is False
    assert events(approved, "follow up") == ["decision 2026-1: ongoing", "decision 2026-1: done"]


def test_a_status_is_one_of_four_and_a_withdrawn_decision_is_not_followed_up(line):
    review = line.open()
    line.decide(review, "Klassa")
    with pytest.raises(Refusal, match="later is none of not_started, ongoing, done, cancelled"):
        line.follow_up("2026-1", "later")
    id_ = line.decided("2026-1").decision_id
    deciding.withdraw(line.database, review.review_id, 1, order=line.order())
    with pytest.raises(Refusal, match="has been withdrawn"):
        deciding.follow_up(line.database, id_, status="done", note="", order=line.order())
    assert line.rows("from follow_ups") == []


def carried(line, review):
    now = line.now(review)
    with line.database.cursor() as cursor:
        one = reviewing.merged_with(cursor, now.organisation_id, now.as_of)
        decisions = deciding.carried(deciding.decisions(cursor), reviewing.reviews(cursor), now, one=one)
    return {row.name: row.status for row in decisions}


@pytest.mark.live
def test_open_decisions_of_earlier_reviews_are_carried_and_those_closed_since_are_listed_once(line):
    first = line.open(2024, date(2024, 11, 20))
    for text in ("öppen", "stängd före 2025", "stängd efter 2025"):
        line.decide(first, text)
    second = line.open(2025, date(2025, 11, 20))
    for text in ("öppen", "klar"):
        line.decide(second, text)
    line.follow_up("2024-2", "done", now=datetime(2025, 6, 1))
    line.follow_up("2024-3", "cancelled", now=datetime(2026, 3, 1))
    line.follow_up("2025-2", "done", now=datetime(2026, 5, 1))
    third = line.open()
    line.decide(third, "egen")
    assert carried(line, third) == {
        "2024-1": "not_started",
        "2024-3": "cancelled",
        "2025-1": "not_started",
        "2025-2": "done",
    }
    assert carried(line, first) == {}
    assert line.rows("select count(*) as n from decisions") == [{"n": 6}]  # nothing is copied


@pytest.mark.live
def test_decisions_of_another_organisation_are_not_carried_until_they_merge(alone):
    two_organisations(alone)
    other = alone.open(2025, date(2025, 11, 20), organisation="Andra förvaltningen")
    alone.decide(other, "Klassa")
    review = alone.open(organisation="Förvaltningen")
    assert carried(alone, review) == {}
    change = {"old": "Andra förvaltningen", "new": "Förvaltningen", "valid_from": date(2026, 7, 1)}
    add_alias(alone.database, kind="organisation", **change, order=alone.order())
    assert carried(alone, review) == {"2025-1": "not_started"}


def test_a_later_follow_up_does_not_affect_a_frozen_review(approved):
    approved.follow_up("2026-1", "done", "Senare")
    (frozen,) = approved.document(approved.review()).decisions
    assert (frozen.status, frozen.note) == ("not_started", None)


# --- Sentences about it -------------------------------------------------------------------------------------------


def test_a_refusal_speaks_swedish(line):
    line.open()
    with pytest.raises(Refusal) as refused:
        line.open()
    message = Language("sv").refusal(refused.value)
    assert message == (
        "Ledningens genomgång 2026 är redan öppnad, med 20\u00a0november\u00a02026 som avstämningsdatum."
    )


def test_every_change_records_who_and_when(line):
    review, now = line.open(who="Ylva"), datetime(2026, 1, 2)
    reviewing.write(line.database, 1, kind="comment", what="dpia", text="x", order=line.order(who="Ylva", now=now))
    assert review.changed_by == "Ylva"
    (text,) = line.rows("select written_by, written_at from review_texts")
    assert text == {"written_by": "Ylva", "written_at": datetime(2026, 1, 2)}


def test_nothing_that_a_person_writes_brings_in_a_character_that_no_store_keeps(alone):
    """nul: a text that is pasted can hold U+0000, which PostgreSQL refuses"""
    review = alone.open()
    alone.write(review, "comment", "access", "Nå\0got")
    alone.decide(review, "Kla\0ssa", responsible="An\0na", resource="In\0gen")
    alone.follow_up("2026-1", "ongoing", "Sn\0art")
    rename_organisation(alone.database, 1, name="Kon\0toret", order=alone.order())
    add_alias(alone.database, kind="unit", old="Norr", new="No\0rra", valid_from=AS_OF, order=alone.order())
    delivering = Delivering("An\0na", how="Frå\0ga")
    arrangements.deliver(alone.database, "Kontoret", "staff", delivering, as_of=AS_OF, order=alone.order())
    told = {"organisation": "Kontoret", "as_of": AS_OF, "order": alone.order()}
    notes.write(alone.database, [Note("access", "Alfa", "Norr", "waiting", "Sna\0rt")], **told)
    loading.revoke(alone.database, 1, why="Fe\0l", order=alone.order())
    values = {value for _, _, value in values_of(alone.database)}
    assert {"Något", "Klassa", "Anna", "Ingen", "Snart", "Kontoret", "Norra"} <= values
    assert [value for value in values if "\0" in value] == []

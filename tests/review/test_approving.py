"""Submitting needs every point discussed, approving another person; what is sealed is read unchanged or not at all."""

import re
import unicodedata
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from compliance.access import people, pseudonyms
from compliance.access.permissions import HEAD, User
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.report.chapters import chapter_text, chapter_title
from compliance.report.edition import Edition
from compliance.report.report import report_of
from compliance.review import approving, dossier, judging
from compliance.review.approving import same_person
from compliance.review.dossier import as_json, from_json
from compliance.review.reviewing import ReviewTexts, review_texts
from compliance.store import register
from compliance.store.database import rows
from tests.layers import first_of
from tests.line import NOON
from tests.reviewed import POINTS, SYSTEMS, TABLES, WHATEVER, at

EN = Language("en")
ALL = ", ".join(str(number) for number in range(1, len(POINTS) + 1))
MORE = SYSTEMS.replace("Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja")


def opened(stage, folder):
    with at(stage, folder).held() as line:
        yield line


@pytest.fixture
def submitted(tmp_path):
    yield from opened("submitted", tmp_path)


@pytest.fixture
def approved(tmp_path):
    yield from opened("approved", tmp_path)


@pytest.fixture
def correction(approved):
    """A draft whose figures are there already, so that it is submitted in a moment."""
    approved.correct(approved.review())
    return approved


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An approved review that is only read."""
    yield from opened("approved", tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory):
    """A draft whose submission is refused each time; a test puts back what it takes out."""
    yield from opened("draft", tmp_path_factory.mktemp("unfinished"))


@contextmanager
def lacking(line, *gone):
    """Within the block a draft lacks these texts."""
    review = line.review()
    for kind, what in gone:
        line.write(review, kind, what, "")
    yield review
    for kind, what in gone:
        text = {"comment": f"Om {what}.", "chapter": "Skäl."}.get(kind, "partly")
        line.write(review, kind, what, text)


def met(line, point, version=None):
    return line.document(line.review(), version).answer(point).now.met


def signatures(line, version=None):
    with line.database.cursor() as cursor:
        signed = approving.signatures_of(cursor, line.review(), version)
    return signed.submitted_by, signed.approved_by


def load_more(line, **options):
    """Classify one more system, on a later extract date that is still before the as-of date."""
    line.load_table(MORE, name="later.csv", source="systems", extract_date=date(2026, 11, 10), **options)


# --- Completeness ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "points"),
    first_of(
        [
            ([("comment", "nis_reporting"), ("assessment", "access")], "7, 13"),
            ([("comment", "dpia")], "6"),
            ([("assessment", "local_instruction"), ("comment", "local_instruction")], "3"),
        ]
    ),
)
def test_a_draft_with_a_point_that_is_not_discussed_cannot_be_submitted(unfinished, gone, points):
    message = f"A comment or an assessment is missing for point {points}.$"
    with lacking(unfinished, *gone) as review, pytest.raises(Refusal, match=message):
        unfinished.submit(review)
    assert unfinished.review().state == "draft"
    assert unfinished.rows("from frozen_reviews") == []


def test_every_comment_and_every_assessment_is_named(tmp_path):
    line = at("loaded", tmp_path)
    review = line.open()
    with pytest.raises(Refusal, match=f"missing for point {ALL}\\.$"):
        line.submit(review)
    with line.database.cursor() as cursor:
        assert approving.missing(review_texts(cursor, review), POINTS) == list(POINTS)


def test_a_comment_to_hand_out_does_not_count_as_a_comment(unfinished):
    unfinished.write(unfinished.review(), "public_comment", "dpia", "Utåt")
    with (
        lacking(unfinished, ("comment", "dpia")) as review,
        pytest.raises(Refusal, match="is missing for point 6"),
    ):
        unfinished.submit(review)


# --- The judgement of the whole, and what is left open ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "what", "text"),
    first_of(
        [
            ("judgement", "effect", ""),
            ("chapter", "assessment", "- …"),
            ("judgement", "sufficient", ""),
            ("chapter", "assessment", ""),
        ],
        2,
    ),
)
def test_a_draft_whose_whole_is_not_judged_cannot_be_submitted(unfinished, kind, what, text):
    message = "before the head of administration has judged the work as a whole"
    with lacking(unfinished, (kind, what)) as review:
        unfinished.write(review, kind, what, text)
        with pytest.raises(Refusal, match=message):
            unfinished.submit(review)
    assert (unfinished.review().state, unfinished.rows("from frozen_reviews")) == ("draft", [])


@pytest.mark.parametrize(("what", "answer"), [("sufficient", "sufficient"), ("effect", "ja"), ("whole", "yes")])
def test_only_two_questions_are_asked_and_each_has_three_answers(unfinished, what, answer):
    with pytest.raises(Refusal, match="is none of"):
        unfinished.write(unfinished.review(), "judgement", what, answer)


# Nothing is written in these chapters, of which the one that may be empty is not asked about; the decisions lack what
# these say, and these points have no export.
LEFT_OPEN = [
    *(f"chapter:{name}" for name in ("local_instruction", "year", "deviations", "dpo_risks", "development")),
    "chapter:priorities", "responsible:2026-1", "responsible:2026-2", "day:2026-2", "day:2026-3",
    *(f"point:{point.id}" for point in POINTS if not TABLES.keys() >= {*point.needs}),
]  # fmt: skip


@pytest.mark.live
def test_what_is_left_open_is_confirmed_one_by_one(correction):
    database, review = correction.database, correction.review()
    correction.decide(review, "Utan dag och ansvarig")
    correction.decide(review, "Utan dag", responsible="DSO")
    submission = {"name": "Ylva Nordgren", "own": correction.folder}
    confirmed, *others = LEFT_OPEN
    with pytest.raises(Refusal, match=f"to be confirmed: {', '.join(others)}\\.$"):
        approving.submit(database, review.review_id, **submission, confirmed={confirmed, "day:2026-1"})
    assert correction.review().state == "draft"
    assert approving.submit(database, review.review_id, **submission, confirmed=LEFT_OPEN).state == "submitted"


def test_the_judgement_is_frozen_with_the_review(kept):
    texts = kept.document(kept.review()).written
    assert texts.judgement == {"sufficient": "partly", "effect": "partly"}
    assert judging.sentence(texts, EN) == "The work is partly sufficient and has the intended effect in part."
    assert judging.grounds(texts) == "Skäl."


@pytest.mark.parametrize(
    ("sufficient", "effect", "sentence"),
    [
        ("yes", "yes", "Arbetet är tillräckligt och har önskad verkan."),
        ("yes", "partly", "Arbetet är tillräckligt och har delvis önskad verkan."),
        ("partly", "no", "Arbetet är delvis tillräckligt men har inte önskad verkan."),
        ("no", "no", "Arbetet är inte tillräckligt och har inte önskad verkan."),
        ("no", "yes", "Arbetet är inte tillräckligt men har önskad verkan."),
    ],
)
def test_the_judgement_is_one_sentence(sufficient, effect, sentence):
    texts = ReviewTexts({}, {}, {}, {}, {"sufficient": sufficient, "effect": effect})
    assert judging.sentence(texts, Language("sv")) == sentence


def test_a_review_frozen_before_the_judgement_was_asked_for_says_so(kept):
    document = kept.document(kept.review())
    before = from_json(as_json(document).replace('"judgement":{"effect":"partly","sufficient":"partly"}', '"x":1'))
    assert before.written.judgement is None
    assert judging.sentence(before.written, Language("sv")) == (
        "En samlad bedömning efterfrågades inte när genomgången gjordes."
    )


def test_own_chapters_may_have_braces_one_language_and_names(correction):
    (correction.folder / "chapters.toml").write_text(
        '[chapters.own]\nnumber = "5"\nlevel = 1\ntitle = { sv = "{year} {x} {" }\n'
        'start = { sv = "{organisation}: fråga Anna Berg om Alfa {0}." }\n',
        "utf-8",
    )
    document = correction.document(correction.review())
    [own] = [chapter for chapter in document.chapters if chapter.id == "own"]
    assert chapter_title(document, own, EN).replace("\u00a0", " ") == "5 2026 {x} {"
    shown = [chapter_text(Edition(document, EN, public), own) for public in (False, True)]
    assert shown == [f"Förvaltningen: fråga {who} om Alfa {{0}}." for who in ("Anna Berg", "[…]")]


# --- Four eyes ---------------------------------------------------------------------------------------------------

SAME = [
    "Åsa-Karin Öberg",
    "åsa-karin öberg",
    "ÅSA-KARIN ÖBERG",
    "  Åsa-Karin   Öberg ",
    "Åsa Karin Öberg",
    "Åsa\N{NON-BREAKING HYPHEN}Karin Öberg",
    "ÅsaKarin Öberg",
    "Öberg, Åsa-Karin",
    "Öberg Åsa-Karin",
    "Asa-Karin Oberg",
    unicodedata.normalize("NFD", "Åsa-Karin Öberg"),
    "Å\u200bsa-Ka\u00adrin Öber\u2060g",
    "Åsa\u034f-Karin Öb\u3164erg",
    "Åsa-Karin\u00a0Öberg",
    "Ａsa-Karin Öberg",
    "\N{MATHEMATICAL BOLD CAPITAL O}berg Åsa Karin",
]
OTHERS = ["Rolf Ahlberg", "Karin Öberg", "Åsa Karin Öbergh", "Åsa-Karin Berg", "Öberg Rolf"]


@pytest.mark.parametrize("name", SAME, ids=ascii)
def test_the_same_person_is_recognised_however_the_name_is_written(name):
    assert same_person("Åsa-Karin Öberg", name)
    assert same_person(name, "Åsa-Karin Öberg")


@pytest.mark.parametrize("name", OTHERS)
def test_another_person_is_another(name):
    assert not same_person("Åsa-Karin Öberg", name)
    assert not same_person("Karl Eriksson", "Erik Karlsson")


def test_a_long_name_is_recognised_in_another_order():
    assert same_person("A B C D E F G", "G F E D C B A")
    assert not same_person("A B C D E F G", "A B C D E F H")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A submitted review that every attempt leaves submitted."""
    yield from opened("submitted", tmp_path_factory.mktemp("waiting"))


@pytest.mark.parametrize("name", ["Ylva Nordgren", "NORDGREN, ylva", "Ylva\u200b Nordgren", "Ylva-Nordgren"])
def test_whoever_submitted_a_review_cannot_approve_it(waiting, name):
    message = r"Ylva Nordgren has submitted the review of 2026\. Somebody else must approve it"
    with pytest.raises(Refusal, match=message):
        waiting.approve(waiting.review(), name)
    assert waiting.review().state == "submitted"


@pytest.fixture
def logged_in(tmp_path, monkeypatch):
    """Gives somebody who has logged in, by the subject of their login and their name."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "test.duckdb"))
    return lambda subject, name: User(name, HEAD, people.known("https://login.example.se", subject, name))


@pytest.mark.live
def test_by_a_login_the_subject_tells_whether_it_is_the_same_person_and_the_review_says_so(correction, logged_in):
    """renamed: by another name one approves what one submitted; namesake: by the same name another may not"""
    line, id_ = correction, correction.review().review_id
    ylva = logged_in("ylva", "Ylva Nordgren")
    approving.submit(line.database, id_, name="", own=None, confirmed=WHATEVER, user=ylva)
    with pytest.raises(Refusal, match="Ylva Nordgren has submitted the review of 2026"):
        approving.approve(line.database, id_, name="Rolf Ahlberg", user=logged_in("ylva", "Rolf Ahlberg"))
    with pytest.raises(Refusal, match="Ylva Nordgren has submitted the review of 2026"):
        approving.approve(line.database, id_, name="Nordgren, Ylva")
    with pytest.raises(Refusal, match="login gives no name"):
        approving.approve(line.database, id_, name="Rolf Ahlberg", user=logged_in("rolf", " "))
    review = approving.approve(line.database, id_, name="Somebody Else", user=logged_in("namesake", "Ylva Nordgren"))
    assert (review.state, review.changed_by) == ("approved", "Ylva Nordgren")
    with line.database.cursor() as cursor:
        signed = approving.signatures_of(cursor, review)
    assert approving.identity_sentences(signed, EN) == [
        "Submitted for approval: logged in via https://login.example.se.",
        "Approved: logged in via https://login.example.se.",
    ]


@pytest.fixture
def by_login(correction, logged_in):
    """A review that somebody submitted who has logged in, been removed, and logged in again by another name."""
    ylva = logged_in("ylva", "Ylva Nordgren")
    id_ = correction.review().review_id
    approving.submit(correction.database, id_, name="", own=None, confirmed=WHATEVER, user=ylva)
    people.remove(ylva.person)
    return correction


def approve_as(line, user):
    return approving.approve(line.database, line.review().review_id, name="", user=user).state


def test_whoever_was_removed_from_the_register_cannot_approve_what_they_submitted_by_any_name(by_login, logged_in):
    """pseudonym: it is another one after the removal; name: it tells nothing; anybody: others are let through"""
    with pytest.raises(Refusal, match="Ylva Nordgren has submitted the review of 2026"):
        approve_as(by_login, logged_in("ylva", "Rolf Ahlberg"))
    assert approve_as(by_login, logged_in("namesake", "Ylva Nordgren")) == "approved"


def test_who_has_submitted_stays_as_a_hash_alone(by_login):
    """subject: it can be read; digits: an identity number would be found in them and masked"""
    (row,) = by_login.rows("select state, signer from review_states where signer is not null")
    assert (row["state"], bool(re.fullmatch("[a-p]{64}", row["signer"]))) == ("submitted", True)
    assert row["signer"] != pseudonyms.pseudonym("https://login.example.se", "rolf").hash
    assert people.everybody() == []


def test_nobody_approves_where_it_cannot_be_told_who_submitted(by_login, logged_in, tmp_path, monkeypatch):
    """other: a register without the key; earlier: an earlier version kept no hash of somebody who is removed"""
    keys = register.own().rows("keys")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "elsewhere" / "own.duckdb"))
    rolf = logged_in("rolf", "Rolf Ahlberg")
    pseudonyms.pseudonym("https://login.example.se", "rolf")  # it has a key of its own
    with pytest.raises(Refusal, match="It cannot be told whether you have submitted the review of 2026 yourself"):
        approve_as(by_login, rolf)
    pseudonyms.add_keys([*keys, *keys])
    assert len(register.own().rows("keys")) == 2
    with pytest.raises(Refusal, match="Ylva Nordgren has submitted"):
        approve_as(by_login, logged_in("ylva", "Rolf Ahlberg"))
    with by_login.database.writing() as cursor:
        cursor.execute("update review_states set signer = null, signer_key = null")
    with pytest.raises(Refusal, match="It cannot be told"):
        approve_as(by_login, rolf)


def test_a_name_that_was_given_by_hand_is_told_as_such(kept):
    with kept.database.cursor() as cursor:
        signed = approving.signatures_of(cursor, kept.review())
    assert approving.identity_sentences(signed, EN) == [
        "Submitted for approval: the name was given by hand, at a computer without a login.",
        "Approved: the name was given by hand, at a computer without a login.",
    ]


@pytest.mark.parametrize("name", ["", " ", "\u200b", "Rolf", "R.", "-- --", "12 34", "\u3164 \u3164"], ids=ascii)
def test_a_signature_is_a_first_name_and_a_surname(waiting, name):
    with pytest.raises(Refusal, match="first name and surname"):
        waiting.approve(waiting.review(), name)
    with pytest.raises(Refusal, match="first name and surname"):
        approving.send_back(waiting.database, 1, name=name, why="x")


def test_a_signature_has_a_maximum_length(waiting):
    with pytest.raises(Refusal, match="The text has 401 characters"):
        waiting.approve(waiting.review(), "x" * 200 + " " + "y" * 200)


def test_approval_is_kept_with_name_time_and_seal(kept):
    review = kept.review()
    assert (review.state, review.submitted_by, review.changed_by) == ("approved", "Ylva Nordgren", "Rolf Ahlberg")
    assert signatures(kept) == ("Ylva Nordgren", "Rolf Ahlberg")
    (frozen,) = kept.rows("select sha256, content from frozen_reviews")
    assert review.sha256 == frozen["sha256"] == dossier.seal_of(frozen["content"])
    last = kept.rows("select who, action, what from events order by happened_at desc limit 2")
    assert [(row["who"], row["action"]) for row in last] == [
        ("Rolf Ahlberg", "approve review"),
        ("Ylva Nordgren", "submit review"),
    ]
    assert all(review.sha256 in row["what"] for row in last)


# --- States ------------------------------------------------------------------------------------------------------


STEPS = {
    "draft": {
        "approve": "has not been submitted",
        "send_back": "has not been submitted",
        "correct": "has not been approved, so there is nothing to correct",
    },
    "submitted": {
        "submit": "has been submitted. Send it back",
        "correct": "has not been approved, so there is nothing to correct",
    },
    "approved": {
        "submit": "has been approved. Begin a correction",
        "approve": "has been approved",
        "send_back": "has been approved",
    },
}


@pytest.mark.parametrize("stage", STEPS)
def test_a_review_goes_one_way(tmp_path, stage):
    line = at(stage, tmp_path)
    with line.database.cursor():
        for step, why in STEPS[stage].items():
            with pytest.raises(Refusal, match=why):
                getattr(line, step)(line.review())
            assert line.review().state == stage


@pytest.mark.live
def test_what_was_submitted_is_approved_whatever_is_loaded_in_between(submitted):
    before = submitted.document(submitted.review())
    load_more(submitted)
    submitted.approve(submitted.review())
    assert submitted.document(submitted.review()) == before
    assert met(submitted, "classification") == 1


def test_only_approved_reviews_count_as_earlier_reviews(waiting):
    with waiting.database.cursor() as cursor:
        assert dossier.approved_reviews(cursor, 1) == []


@pytest.mark.live
def test_a_review_sent_back_is_a_draft_again_and_counts_again_even_with_a_fast_clock(submitted):
    """It uses everything known when it was submitted."""
    load_more(submitted, now=NOON + timedelta(days=30))
    review = submitted.send_back(submitted.review(), "Punkt 4 är oklar")
    assert (review.state, review.version, review.why, review.submitted_by) == ("draft", 1, "Punkt 4 är oklar", None)
    assert signatures(submitted) == (None, None)
    submitted.write(review, "comment", "classification", "Tydligare")
    submitted.submit(review, "Rolf Ahlberg")
    with pytest.raises(Refusal, match="Rolf Ahlberg has submitted"):
        submitted.approve(review, "Rolf Ahlberg")
    submitted.approve(review, "Ylva Nordgren")
    assert signatures(submitted) == ("Rolf Ahlberg", "Ylva Nordgren")
    assert met(submitted, "classification") == 2
    # a first version corrects nothing, even after being sent back
    assert submitted.document(review).why is None


def test_sending_back_and_correcting_require_a_reason(waiting, kept):
    for line, step in ((waiting, "send_back"), (kept, "correct")):
        with pytest.raises(Refusal, match="Say why"):
            getattr(line, step)(line.review(), " \u200b ")


# --- Corrections -------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_correction_keeps_the_figures_and_the_version_before_stays(approved):
    before = approved.document(approved.review())
    load_more(approved)
    review = approved.correct(approved.review(), "Fel ord i punkt 4")
    assert (review.state, review.version, review.figures_of) == ("draft", 2, 1)
    approved.write(review, "comment", "classification", "Rätt ord")
    approved.submit(review)
    approved.approve(review)
    after = approved.document(review)
    assert (after.version, after.why, after.known_at) == (2, "Fel ord i punkt 4", before.known_at)
    assert (after.points, after.imports, after.statements) == (before.points, before.imports, before.statements)
    assert after.written.comments["classification"] == "Rätt ord"
    assert approved.document(review, 1) == before
    assert signatures(approved, 1) == signatures(approved, 2)


@pytest.mark.exhaustive
def test_a_correction_can_count_its_figures_again(approved):
    load_more(approved)
    review = approved.correct(approved.review(), "Exporten var fel", anew=True)
    assert review.figures_of is None
    approved.approve(approved.submit(review))
    assert (met(approved, "classification"), met(approved, "classification", 1)) == (2, 1)


@pytest.mark.live
def test_a_correction_keeps_its_reason_after_being_sent_back(approved):
    review = approved.correct(approved.review(), "Fel ord")
    approved.submit(review)
    sent_back = approved.send_back(review, "Fortfarande fel")
    assert (sent_back.why, sent_back.corrects) == ("Fortfarande fel", "Fel ord")
    approved.approve(approved.submit(review))
    assert approved.document(review).why == "Fel ord"


def test_while_a_correction_is_written_the_approved_version_is_the_one_that_counts(approved):
    review = approved.correct(approved.review())
    approved.write(review, "comment", "dpia", "Inte än")
    with approved.database.cursor() as cursor:
        (counting,) = dossier.approved_reviews(cursor, 1)
    assert (counting.version, counting.written.comments["dpia"]) == (1, "Om dpia.")


def test_an_unknown_version_is_refused(kept):
    with pytest.raises(Refusal, match="Version 2 of the review has never been submitted"):
        kept.document(kept.review(), 2)
    with pytest.raises(Refusal, match="There is no version 2 of the review of 2026"):
        signatures(kept, 2)


# --- What is sealed ----------------------------------------------------------------------------------------------

TAMPERED = {
    "content": "update frozen_reviews set content = replace(content, 'Om dpia.', 'Om annat.')",
    "content and seal": "update frozen_reviews set content = content || ' ', sha256 = sha256(content || ' ')",
    "gone": "update frozen_reviews set content = null",
    "another version put over it": """
        insert into frozen_reviews
        select * replace (edition + 1 as edition, content || ' ' as content, sha256(content || ' ') as sha256)
        from frozen_reviews
    """,
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_review_changed_in_the_database_is_not_read(kept, change):
    with kept.database.rehearsing() as cursor:
        cursor.execute(change)
        for read in (lambda: dossier.load_frozen(cursor, 1, 1), lambda: dossier.approved_reviews(cursor, 1)):
            with pytest.raises(Refusal, match="has been changed in the database since it was sealed"):
                read()


def test_a_review_changed_after_its_submission_cannot_be_approved(submitted):
    with submitted.database.writing() as cursor:
        cursor.execute(TAMPERED["content and seal"])
    with pytest.raises(Refusal, match="has been changed in the database"):
        submitted.approve(submitted.review())
    assert submitted.review().state == "submitted"


def test_a_review_frozen_by_another_version_gives_a_sentence(submitted):
    newer = dossier.as_json(submitted.document(submitted.review())).replace('"format":1', '"format":2', 1)
    with submitted.database.writing() as cursor:
        cursor.execute("update frozen_reviews set content = $content", {"content": newer})
        cursor.execute("update review_states set sha256 = $sha256", {"sha256": dossier.seal_of(newer)})
    with pytest.raises(Refusal, match="was written by another version of this program, with format 2"):
        submitted.document(submitted.review())


def test_a_frozen_review_is_read_as_it_was_written(kept):
    frozen = kept.document(kept.review())
    assert dossier.from_json(dossier.as_json(frozen)) == frozen
    with kept.database.cursor() as cursor:
        (kept,) = rows(cursor, "select content from frozen_reviews")
    assert dossier.as_json(frozen) == kept["content"]
    assert frozen.answer("classification").coverage.coverage == 1 / 3
    assert frozen.answer("access").coverage.status.value == "no_basis"


# --- From year to year -------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_review_is_compared_with_the_last_approved_one_as_that_was_frozen(approved):
    approved.load_table(MORE, name="later.csv", source="systems", extract_date=date(2027, 1, 10))
    review = approved.open(2027, date(2027, 1, 31), today=date(2027, 2, 1))
    approved.load_table(MORE, name="before2.csv", source="systems", extract_date=date(2026, 11, 2))
    (approved.folder / "review_points.toml").write_text(
        "[points.classification]\ntargets = [{ from = 2018-01-01, target = 0.5, limit = 0.4 }]\n", "utf-8"
    )
    document = approved.document(review)
    answer = document.answer("classification")
    assert (answer.by_review, answer.before.as_of, answer.now.met) == (True, date(2026, 11, 20), 2)
    # the year before was 1 of 3 with a target of 95 % when signed, whatever is known or required now
    assert (answer.before.met, answer.coverage_before.target.target, answer.coverage.target.target) == (1, 0.95, 0.5)
    assert "risen by 33.3 percentage points" in answer.changed["en"]
    assert "1 has been corrected. The target has changed from 95% to 50%" in answer.changed["en"]
    with approved.database.cursor() as cursor:
        how = {"state": "draft", "signed": approving.signatures_of(cursor, review), "say": Language("sv")}
    for public in (False, True):
        report = report_of(document, **how, public=public)
        assert "Genomgång 2026 (20 november 2026): 33,3 % (+33,3 p.e.)" in str(report).replace("\\xa0", " ")

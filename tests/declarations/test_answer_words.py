"""What a unit's words mean in its work list: those of the lists and no others."""

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.declarations.answers import load_answers
from compliance.worklists.notes import STATUSES

ANSWERS = load_answers(None)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Klart", "reported"), ("klar!!", "reported"), (" KLAR ", "reported"), ("✓", "reported"), ("ja", "reported"),
        ("done", "reported"), ("✔\N{VARIATION SELECTOR-16} klar", None), ("✔\N{VARIATION SELECTOR-16}", "reported"),
        ("Pågår…", "begun"), ("väntar på svar", "waiting"), ("Inte vårt.", "disputed"), ("inte  vårt", "disputed"),
        ("inte klart", None), ("klart 3/12", None), ("nej", None), ("?", None), ("", None), ("klarinett", None),
    ],
)  # fmt: skip
def test_a_word_means_what_a_list_says_whatever_its_case_and_marks_and_nothing_is_guessed(text, status):
    assert ANSWERS.status(text) == status


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_word_that_is_offered_or_shown_means_its_status(lang):
    say = Language(lang)
    assert [ANSWERS.status(word) for word in ANSWERS.offered(say)] == [*ANSWERS.by_status]
    shown = {status: say(text) for status, text in STATUSES.items() if status != "sent"}
    assert {status: ANSWERS.status(text) for status, text in shown.items()} == {status: status for status in shown}


def test_an_organisation_adds_words_of_its_own_but_none_that_means_something_else(tmp_path):
    own = tmp_path / "worklists.toml"
    own.write_text('[reported]\nwords = ["fixat"]\n', "utf-8")
    assert load_answers(tmp_path).status("Fixat!") == "reported"
    for text, message in (('[begun]\nwords = ["klar"]\n', "klar"), ('[lost]\nwords = ["borta"]\n', "lost")):
        own.write_text(text, "utf-8")
        with pytest.raises(Refusal, match=message):
            load_answers(tmp_path)

"""An organisation's own file for a source: merged over the product's, or refused with a sentence."""

import tomllib

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.declarations.sources import load_sources, refuse_unknown_sources, source_from

WRONG_KIND = "The file training.toml cannot be read: {} Correct it and start again."
STATUS, COURSE = "[fields.status]\n", "[fields.course]\n"


def refused(folder, text, *, name="training.toml"):
    """The sentence with which an organisation's file is refused."""
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "sources" / name).write_text(text, "utf-8")
    with pytest.raises(Refusal) as refusal:
        load_sources(folder)
    return Language("en").refusal(refusal.value)


def refused_of_a_pack(text):
    """The sentence with which the file of a source that a pack declares is refused."""
    with pytest.raises(Refusal) as refusal:
        source_from(tomllib.loads(text), file="source.toml")
    return Language("en").refusal(refusal.value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (STATUS + 'headings = "Läge"', "status.headings is not a list of texts."),
        (STATUS + "headings = [1]", "status.headings is not a list of texts."),
        (STATUS + 'hints = "läge"', "status.hints is not a list of texts."),
        (STATUS + 'words.passed = "Klar"', "status.words.passed is not a list of texts."),
        (STATUS + 'words = "Klar"', "status.words is not a table."),
        (STATUS + 'required = "ja"', "status.required is not true or false."),
        (STATUS + 'closed = "nej"', "status.closed is not true or false."),
        (STATUS + "title = 5", "status.title is not a text."),
        (STATUS + "type = []", "status.type is not a text."),
        (STATUS + 'help = "Läget"', "status.help is not a text in each language."),
        (STATUS + 'instead = "x"', "status.instead is not a table."),
        (STATUS + "instead.using = []", "status.instead.using is not a text."),
        (STATUS + 'instead.headings = ["x"]', "status.instead.headings is not a list of lists of texts."),
        (COURSE + "refers_to = 5", "course.refers_to is not a text."),
        (COURSE + 'names = "kurs"', "course.names is none of department, system, unit."),
        ("renewed = 1", "renewed is not true or false."),
        ('fields.status = "x"', "status is not a table."),
        ("fields = []", "fields is not a table."),
        ('order = "x"', "order is not a whole number."),
        ("order = true", "order is not a whole number."),
        ("rhythm_days = 1.5", "rhythm_days is not a whole number."),
        ('key = "course"', "key is not a list of texts."),
        ("unique = 5", "unique is not a list of texts."),
        ('title = "x"', "title is not a text in each language."),
        ("system.sv = 5", "system is not a text in each language."),
        ("id = 5", "id is not a text."),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_with_its_place(tmp_path, text, wrong):
    assert refused(tmp_path, text) == WRONG_KIND.format(wrong)


@pytest.mark.parametrize(
    ("target", "shown"), [("courses.name", "courses.name"), ("staff.nowhere", "staff.nowhere"), ("staff.", None)]
)
def test_a_reference_to_what_is_not_there_is_refused(tmp_path, target, shown):
    text = refused(tmp_path, f'{COURSE}refers_to = "{target}"')
    if shown:
        assert (
            text == f"The field course of training refers to {shown}, which is not there. Correct it and start again."
        )
    else:
        assert "A name has only a–z" in text


def test_a_field_more_is_refused_since_its_values_would_have_no_place(tmp_path):
    field = '[fields.room]\ntitle = "Room"\ntype = "text"\nheadings = ["Rum"]'
    assert refused(tmp_path, field).startswith("The file training.toml names the field room, which it does not have.")


def test_a_title_in_one_language_only_is_refused():
    text = 'id = "own"\norder = 99\nrhythm_days = 1\nkey = []\nsystem = { sv = "Eget", en = "Own" }\n'
    text += 'title = { sv = "Egen" }\n[fields]'
    assert "title is not a text in each language" in refused_of_a_pack(text)


@pytest.mark.parametrize(("text", "lacks"), [('id = "own"', "fields"), ('id = "own"\n[fields.a]', "a.title")])
def test_a_source_that_lacks_a_key_is_refused_with_its_name(text, lacks):
    assert refused_of_a_pack(text) == f"The file source.toml lacks the key {lacks}. Add it and start again."


def test_a_field_of_ones_own_without_headings_is_refused():
    text = 'id = "own"\n[fields.a]\ntitle = "A"\ntype = "text"\nheadings = []'
    assert "a.headings is empty" in refused_of_a_pack(text)


def test_a_file_for_a_source_that_is_not_there_is_refused_since_it_would_have_no_table(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "licences.toml").write_text('id = "licences"', "utf-8")
    with pytest.raises(Refusal) as refusal:
        refuse_unknown_sources(tmp_path, load_sources(None))
    assert Language("en").refusal(refusal.value) == (
        "The file sources/licences.toml is of a source that there is not; the nearest is incidents. A source of your"
        " own belongs to a point of your own, a folder that is checked and installed: see docs/points.md."
    )


def test_what_is_right_is_laid_over_the_products_own(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "training.toml").write_text(
        STATUS + 'headings = ["Läge"]\nwords.passed = ["Fixad"]', "utf-8"
    )
    status = load_sources(tmp_path)["training"].field("status")
    assert status.headings[-1] == "läge"
    assert status.words["passed"][-1] == "Fixad"

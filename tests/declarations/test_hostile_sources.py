"""Whatever a source declares: no text of it but names of its own becomes part of a statement that a store runs."""

import copy
import tomllib

import pytest

from compliance.core.errors import Refusal
from compliance.core.places import PACKS
from compliance.declarations.queries import text_of
from compliance.declarations.sources import source_from
from compliance.store.packs import relation_of

TABLE = tomllib.loads((PACKS / "compliance.continuity" / "source.toml").read_text("utf-8"))
HOSTILE = "tested from continuity; drop table courses_said; --"
# Of a field and of a source, every key that a text, or a list of texts, can stand for.
OF_FIELDS = (
    "title", "type", "headings", "refers_to", "instead", "words", "help", "example", "hints", "names", "letter",
    "empty_is", "not_before",
)  # fmt: skip
OF_SOURCES = ("id", "title", "system", "key", "unique", "lasting", "called")


def changed(*keys, value):
    table = copy.deepcopy(TABLE)
    place = table
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return table


KEYS = [
    *((key,) for key in OF_SOURCES),
    *(("fields", name, key) for name in ("system", "plan", "tested") for key in OF_FIELDS),
    ("fields", "tested", "words", "yes"),
]
VALUES = (
    HOSTILE,
    [HOSTILE],
    {HOSTILE: [HOSTILE]},
    {"sv": HOSTILE, "en": HOSTILE},
    {"headings": [[HOSTILE]], "using": HOSTILE},
)


@pytest.mark.parametrize("keys", KEYS, ids=".".join)
def test_no_text_of_a_declaration_is_run(keys):
    for value in VALUES:
        try:
            source = source_from(changed(*keys, value=value), file="source.toml")
        except (Refusal, KeyError):
            continue
        made = relation_of(source) + "".join(text_of(f"{name}.sql", (source,)) for name in ("macros", "sources"))
        assert "drop table courses_said" not in made


def test_a_name_of_a_field_is_a_name():
    table = changed("fields", HOSTILE, value=TABLE["fields"]["tested"])
    with pytest.raises(Refusal, match="A name has only"):
        source_from(table, file="source.toml")


@pytest.mark.parametrize(
    ("field", "key", "value"),
    [
        ("tested", "not_before", "plan"),
        ("tested", "not_before", "nosuch"),
        ("plan", "not_before", "tested"),
        ("plan", "happened", True),
        ("tested", "decides", True),
        ("tested", "names", "system"),
        ("tested", "person", True),
        ("tested", "several", True),
        ("tested", "refers_to", "systems.system"),
    ],
)
def test_a_field_is_not_said_to_be_what_its_type_cannot_be(field, key, value):
    with pytest.raises(Refusal):
        source_from(changed("fields", field, key, value=value), file="source.toml")


def test_rows_that_only_a_person_identifies_are_checked_for_dates_too():
    table = changed("fields", "system", "person", value=True)
    del table["fields"]["system"]["names"], table["fields"]["system"]["refers_to"]
    table["fields"]["tested"]["happened"] = True
    assert "null as varchar" in text_of("sources.sql", (source_from(table, file="source.toml"),))

"""What `data/extracts.toml` and the headers of `queries/extracts/` declare: the extracts, columns and words."""

from dataclasses import dataclass
from functools import cache

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import PARTS
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, Texts
from compliance.core.places import EXTRACTS
from compliance.declarations.declared import Table, build, read_toml
from compliance.declarations.queries import Query, names, query


@dataclass(frozen=True)
class ExtractColumn:
    """A column of an extract: its name and type in the database, its title and meaning in both languages.

    `words` names its set of codes, if it holds codes. What only the coordinator sees: `personal` columns can name a
    person, `free` ones may contain names, and of `shared` ones the values that only one row has. `percent` marks a
    share, which is shown as per cent.
    """

    name: str
    type: str
    title: Texts
    meaning: Texts
    words: str | None = None
    personal: bool = False
    free: bool = False
    shared: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Definition:
    """A named extract: its title, purpose and columns.

    `reasons_of` is the point that its reasons belong to, if no column says so; `permission` what a reader needs for it
    besides that of extracts; `written` whether its rows rest on what is written in the product too; `has_history`
    whether it can be repeated for several days.
    """

    id: str
    title: Texts
    purpose: Texts
    columns: tuple[ExtractColumn, ...]
    reasons_of: str | None = None
    permission: Permission | None = None
    written: bool = False
    has_history: bool = True

    @property
    def whole(self) -> bool:
        """Whether its rows concern whole organisations: none of its columns names a part."""
        return not {column.name for column in self.columns}.intersection(PARTS[1:])

    def open_to(self, reader: Reader) -> bool:
        """Whether a reader may have it at all."""
        return self.permitted(reader) and (reader.whole or not self.whole)

    def permitted(self, reader: Reader) -> bool:
        """Whether a reader has the permission that it needs."""
        return self.permission is None or reader.may(self.permission)


def extract_names() -> tuple[str, ...]:
    """The ids of the extracts in display order."""
    return tuple(definition.id for definition in load_extracts())


@cache
def load_extracts() -> tuple[Definition, ...]:
    """Every extract: its statement's header with the titles from `data/extracts.toml`."""
    entries = declared()
    order = list(entries["extracts"])
    ordered = sorted(names("extracts"), key=lambda name: (order.index(name) if name in order else len(order), name))
    return tuple(_definition(query("extracts", name), entries) for name in ordered)


def extract_by(name: str) -> Definition:
    """Return the extract of a name. Raise Refusal with the nearest name if there is none."""
    for definition in load_extracts():
        if definition.id == name:
            return definition
    raise Refusal(
        N_("There is no “{said}”. Did you mean {near}? There are {all}."),
        said=name,
        near=nearest(name, extract_names()),
        all=", ".join(extract_names()),
    )


@cache
def declared() -> Table:
    """The declarations as they are written."""
    return read_toml(EXTRACTS)


def _definition(query: Query, declared: Table) -> Definition:
    usual = {"title": {"en": query.id}, "purpose": {"en": query.what}}
    entry = usual | declared["extracts"].get(query.id, {})
    own = entry.get("columns", {})
    columns = tuple(
        _column(name, type_, meaning, declared["columns"].get(name, {}) | own.get(name, {}))
        for name, (type_, meaning) in query.columns.items()
    )
    return build(Definition, entry, file=EXTRACTS.name, at=query.id, id=query.id, columns=columns)


def _column(name: str, type_: str, meaning: str, entry: Table) -> ExtractColumn:
    title = {"en": name.replace("_", " ").capitalize()} | entry.get("title", {})
    texts = {"title": title, "meaning": {"en": meaning} | entry.get("meaning", {})}
    return build(ExtractColumn, entry | texts, file=EXTRACTS.name, at=name, name=name, type=type_)

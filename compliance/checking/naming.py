"""Names that a pack may not take: its point, its sources and its fields become words of statements."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from compliance.checking.declaring import files_of_sources
from compliance.checking.faults import Fault, line_of
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import QUERIES
from compliance.declarations.packs import POINT, Pack
from compliance.declarations.points import load_points
from compliance.declarations.queries import statement, without_comments
from compliance.declarations.sources import product_sources
from compliance.store import apart
from compliance.store.packs import Installed

# What a statement calls a relation, or a part of itself.
RELATION: Final = re.compile(r"\b(?:from|join)\s+(\w+)|\b(\w+)\s+as\s+(?:materialized\s*)?\(\s*select", re.IGNORECASE)
# What is made of the id of a point and of a source.
MADE: Final = ("{}", "{}_items", "{}_at")
OF_PRODUCT: Final = N_("The name {said} is one of the product's own. Choose another.")
OF_PACK: Final = N_("The name {said} is that of another pack, {pack}. Choose another.")
OF_SQL: Final = N_("The name {said} is used in statements, as a word of SQL or of a relation. Choose another.")


@cache
def _names_of_engine() -> dict[str, bool]:
    """The names of relations, functions and words of SQL, each with whether no column can be called so."""
    with apart.instance({}).cursor() as cursor:
        found = cursor.execute(statement("names_of_engine")).fetchall()
    return dict(sorted(found))


@cache
def names_of_statements() -> frozenset[str]:
    """The names that relations, their parts, functions and words have in statements of the product."""
    texts = [without_comments(path.read_text("utf-8")) for path in QUERIES.rglob("*.sql")]
    words = {name.lower() for text in texts for pair in RELATION.findall(text) for name in pair if name}
    return frozenset(words | _names_of_engine().keys())


def faults(pack: Pack, others: Collection[Installed]) -> Iterator[Fault]:
    """The names of a pack that are taken, by the product or by `others`, which are installed."""
    own = {point.id for point in load_points(None)} | product_sources().keys()
    for file, id_ in _ids(pack):
        line = line_of(pack.files[file], "id")
        other = next((other.name for other in others if id_ in other.names), None)
        if id_ in own:
            yield Fault(file, line, Refusal(OF_PRODUCT, said=id_))
        elif other:
            yield Fault(file, line, Refusal(OF_PACK, said=id_, pack=other))
        elif any(made.format(id_) in names_of_statements() for made in MADE):
            yield Fault(file, line, Refusal(OF_SQL, said=id_))
    for file, source in files_of_sources(pack).items():
        for field in source.fields:
            if _names_of_engine().get(field.name):
                yield Fault(file, line_of(pack.files[file], "fields", field.name), Refusal(OF_SQL, said=field.name))


def _ids(pack: Pack) -> Iterator[tuple[str, str]]:
    yield POINT, pack.point.id
    for file, source in files_of_sources(pack).items():
        yield file, source.id

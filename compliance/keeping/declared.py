"""What is wrong with an organisation's own declarations, found without a store and before any page reads them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_
from compliance.counting.figures import load_figures
from compliance.counting.quality import load_checks
from compliance.declarations import retention, theming
from compliance.declarations.answers import load_answers
from compliance.declarations.declared import UNREADABLE, read_toml
from compliance.declarations.intake import load_intake
from compliance.declarations.points import load_points, load_todo
from compliance.declarations.sources import load_sources, load_values, product_sources
from compliance.keeping.archive import TEMPLATE
from compliance.report.writers.word import open_template
from compliance.review.functions import load_functions
from compliance.review.planning import load_wheel
from compliance.review.reviewing import load_chapters, load_clauses

Load = Callable[[Path], object]
# What reads each file that an organisation can have for itself, by its name. The server reads its own.
READERS: Final[Mapping[str, tuple[Load, ...]]] = {
    "chapters.toml": (load_chapters, load_clauses),
    "figures.toml": (load_figures,),
    "intake.toml": (load_intake,),
    "quality.toml": (load_checks,),
    "retention.toml": (lambda own: retention.limit_on(clock.today(), own),),
    "review_points.toml": (load_points, load_todo),
    "server.toml": (),
    "theme.toml": (theming.load,),
    "values.toml": (load_values, load_functions),
    "worklists.toml": (load_answers,),
    "year_wheel.toml": (load_wheel,),
}
NOT_READ: Final = N_("Nobody reads {file}. There are {all}; the nearest is {near}.")
WRONG_KIND: Final = N_(
    "{file} cannot be read: a value is of another kind than in the product's file of that name, in data/."
)
# What a file of the wrong kinds makes of what reads it.
MISREADINGS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def wrong_in(own: Path) -> list[Refusal]:
    """What is wrong with an organisation's own declarations, of each file the first; and files that nobody reads."""
    known = {*READERS, *(f"sources/{id_}.toml" for id_ in product_sources())}
    there = sorted([*own.glob("*.toml"), *own.glob("sources/*.toml")])
    return [refusal for file in there for refusal in _of_file(file, own, known)] + [*_of_template(own)]


def _of_file(file: Path, own: Path, known: set[str]) -> Iterator[Refusal]:
    name = file.relative_to(own).as_posix()
    if name not in known:
        yield Refusal(NOT_READ, file=name, near=nearest(name, sorted(known)), all=", ".join(sorted(READERS)))
        return
    try:
        read_toml(file)
        for load in READERS.get(name, (load_sources,)):
            load(own)
    except Refusal as refusal:
        yield refusal
    except MISREADINGS:
        yield Refusal(WRONG_KIND, file=name)


def _of_template(own: Path) -> Iterator[Refusal]:
    file = own / TEMPLATE
    try:
        if file.exists():
            open_template(file.read_bytes())
    except Refusal as refusal:
        yield refusal
    except OSError as error:
        yield Refusal(UNREADABLE, file=file.name, error=error.strerror or error)

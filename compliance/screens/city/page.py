"""The page of the city: who is behind, every point of every organisation, and how each has developed in a year."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core import places
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_, month_ends
from compliance.counting import assessing
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point, point_by
from compliance.drawing import charts, city
from compliance.drawing.elements import Html
from compliance.extracts.declared import extract_by
from compliance.extracts.extracting import extract
from compliance.extracts.files import as_bytes
from compliance.screens import downloads, fields, figure_texts, reads, widgets
from compliance.screens.bodies import body, part
from compliance.screens.caching import Data, cached
from compliance.screens.city import texts
from compliance.screens.city.texts import Standing
from compliance.screens.downloads import File
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import phrases

MONTHS: Final = 12
FIELD: Final = 420
# The extract that has these figures.
EXTRACT: Final = "coverage"


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for, a step at a time."""
    if view.reader.everywhere and view.of_several:
        standings(view.data, view.reader, view.as_of)
        yield
        year(view.data, view.reader, view.as_of)


@cached()
def standings(data: Data, reader: Reader, as_of: date) -> list[Standing]:
    """Every organisation on a day, whoever is most behind first: counted in one statement."""
    return texts.standings(reads.side_by_side(data, reader, (as_of,)), reads.basis(data, as_of))


@cached()
def year(data: Data, reader: Reader, as_of: date) -> dict[str, list[list[Coverage]]]:
    """The figures of every organisation at the end of each month, by its name."""
    months = month_ends(as_of, count=MONTHS)
    found: dict[str, list[list[Coverage]]] = {
        each.organisation: [[] for _ in months] for each in standings(data, reader, as_of)
    }
    for figure in reads.side_by_side(data, reader, tuple(months)):
        found[figure.organisation][months.index(figure.as_of)].append(figure)
    return found


@body
def draw(view: View) -> None:
    """Draw who is behind, the table of all organisations, and their year side by side."""
    widgets.everywhere_only(view)
    say = view.say
    if not view.of_several:
        text = N_("This page compares organisations. There is one here, and the overview has its figures.")
        widgets.html(charts.page_title(say(N_("The city")), question=say(text)))
        widgets.link(view, widgets.HOME, say(N_("Overview")))
        return
    widgets.html(_matrix(view))
    if view.reader.may(Permission.DOWNLOAD_EXTRACTS):
        _download(view)
    part(view, partial(_year, view))


@cached()
def _matrix(view: View) -> Html:
    """The page's answer, and every point of every organisation."""
    say, every = view.say, standings(view.data, view.reader, view.as_of)
    corner, columns, rows = texts.matrix(every, _points(view), say, partial(_way, view))
    caption, many = say(N_("Organisation by organisation")), texts.are_many(every)
    signs = figure_texts.signs((figure for each in every for figure in each.figures), say)
    return charts.stack(
        charts.headline(*texts.sentences(every, say)),
        charts.headed(
            caption,
            charts.legend(signs, label=say(N_("Signs"))),
        ),
        charts.heat_table(columns, rows, corner=corner, caption=caption, close=many),
        *([charts.caption(texts.key(_points(view), say))] if many else []),
        charts.caption(texts.notes(every, say)),
    )


def _points(view: View) -> tuple[Point, ...]:
    """The points that are on in any organisation."""
    return reads.points_on(view.data, view.as_of)


def _way(view: View, organisation: str, point: Point | None) -> str:
    own = replace(view, scope=Scope(organisation))
    return widgets.address(own, "point", point=point.id) if point else widgets.address(own, widgets.HOME)


def _download(view: View) -> None:
    """Draw the download of the extract of the coverage, of all organisations."""
    say = view.say
    name = say.pick(extract_by(EXTRACT).title)
    file = File(
        say(N_("{title}, all organisations"), title=name),
        downloads.file_name(say, N_("{title} {day}"), "csv", title=name, day=view.as_of),
        "text/csv",
        key="city file",
        make=partial(_content, view),
        action=Action.EXTRACT,
        what=EXTRACT,
    )
    downloads.offer(view, file)


def _content(view: View, job: Job) -> bytes:
    """The rows of the extract, without what the page hides."""
    audit.require(view.reader.user, Permission.DOWNLOAD_EXTRACTS)
    view.reader.require_everywhere()
    with view.database.cursor() as cursor:
        found = extract(
            cursor,
            EXTRACT,
            points=_points(view),
            as_of=view.as_of,
            known_at=EVERYTHING_KNOWN,
            own=places.own_files(),
            reader=view.reader,
        )
    every = standings(view.data, view.reader, view.as_of)
    shown = replace(found, table=texts.without_few(found.table, every))
    job.rows = len(shown.table)
    return make_file(job, as_bytes, shown, kind="swedish_csv", language=view.say)


def _year(view: View) -> None:
    """Draw the choice of a point, and its year in every organisation."""
    say = view.say
    widgets.html(charts.section(say(N_("The year side by side"))))
    names = {point.id: phrases.label(point, say) for point in _points(view)}
    every, key = say(N_("All points")), f"city point {say.code}"
    chosen = fields.choice(say(N_("Review point")), names, placeholder=every, width=FIELD, key=key)
    widgets.html(_multiples(view, chosen))


@cached()
def _multiples(view: View, point_id: str | None) -> Html:
    say = view.say
    point = point_by(_points(view), point_id) if point_id else None
    items = []
    for name, months in year(view.data, view.reader, view.as_of).items():
        address = _way(view, name, point)
        if point:
            own = {figure.as_of: figure for month in months for figure in month if figure.point.id == point_id}
            off = (assessing.nothing(point, day, Scope(name)) for day in month_ends(view.as_of, count=MONTHS))
            if own:
                items.append(texts.of_point([own.get(each.as_of, each) for each in off], say, address))
        else:
            items.append(texts.of_all_points([Standing(name, tuple(month), None) for month in months], say, address))
    what = N_("The coverage at the end of each month, all on one scale, and its change in percentage points.")
    if not point:
        what = N_("How many of the measurable points reach the target at the end of each month, all on one scale.")
    return charts.stack(charts.caption(say(what)), city.multiples(items, label=say(N_("12 months"))))

"""The history of imports: what each changed, its cells as they were read, and the form that revokes it."""

from datetime import date, datetime
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from compliance.access.permissions import Permission
from compliance.core import clock
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting import previewing
from compliance.correcting.previewing import Effect
from compliance.counting.explaining import around
from compliance.declarations.queries import statement
from compliance.drawing import charts
from compliance.loading import loading
from compliance.loading.cleanings import cleaning_sentences, mark_read
from compliance.loading.comparing import Comparison, compare
from compliance.loading.purges import purge_sentences, purges
from compliance.screens import changes, downloads, effects, fields, reads, views, widgets, written
from compliance.screens.caching import Data, cached, read
from compliance.screens.imports import history_texts, returns, texts
from compliance.screens.views import View
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.wording import phrases

SHOWN_IMPORTS: Final = 15
SHOWN_ROWS: Final = 200


def unread_cleanings(view: View) -> None:
    """Draw what an upgrade has cleaned from the database, until somebody confirms having read it."""
    say = view.say
    unread = [each for each in written.cleaned(view.data) if not each.read]
    if view.sample or not unread:
        return
    with st.container(border=True, key="card-cleaned"):
        for each in unread:
            widgets.html(charts.answer(" ".join(cleaning_sentences(each, say))))
            if each.exports:
                effects.draw(view, _effect_of_moment(view.data, each.cleaned_at, view.as_of))
        if st.button(say(N_("I have read this")), key="cleaning read"):
            widgets.require(Permission.LOAD_EXPORTS)
            with widgets.showing_errors():
                mark_read(view.database, views.order())
                st.rerun()


def _past_cleanings(view: View) -> None:
    """Draw what upgrades have cleaned from the database and read anew, each with its day."""
    say, past = view.say, written.cleaned(view.data)
    if past and not view.sample:
        widgets.html(charts.section(say(N_("What upgrades have changed in the database"))))
        for each in past:
            moment = say.moment(clock.local(each.cleaned_at))
            widgets.html(charts.caption(f"{moment}. {' '.join(cleaning_sentences(each, say))}"))


def _past_purges(view: View) -> None:
    """Draw every purge with its day and the number of its decision."""
    say = view.say
    past = _purges(view.data)
    if past and not view.sample:
        widgets.html(charts.section(say(N_("What the database has been cleaned of"))))
        for each in past:
            moment = say.moment(clock.local(each.purged_at))
            widgets.html(charts.caption(f"{moment}. {' '.join(purge_sentences(each, say))}"))


_purges = read(10)(purges)


def history(view: View) -> None:
    """Draw the import that the address names, and below it every import, including revoked ones."""
    named = st.query_params.get("import", "")
    imports = {str(row["import_id"]): row for row in view.reader.limited(reads.imports(view.data))}
    if named in imports:
        _import(view, imports[named])
    elif named:
        widgets.not_found(view, named, view.say(N_("Imports")))
    table(view)
    _past_cleanings(view)
    _past_purges(view)


def table(view: View) -> None:
    """Draw the imports as a table, the newest first: the first of them, or all."""
    say, imports = view.say, view.reader.limited(reads.imports(view.data))
    widgets.html(charts.section(say(N_("Imports"))))
    if not imports:
        widgets.html(charts.caption(say(N_("Nothing yet."))))
        return
    every = len(imports) > SHOWN_IMPORTS and st.toggle(
        say(N_("Show all {n}"), n=say.number(len(imports))), key=f"all imports {say.code}"
    )
    shown = imports if every else imports[:SHOWN_IMPORTS]
    drawn = texts.history_table(shown, _standing(view), reads.sources(view.data), partial(_address, view), say)
    widgets.html(charts.table(*drawn, caption=say(N_("Imports")), stacked=True))


def _standing(view: View) -> texts.Standing:
    counting = {row["import_id"] for row in reads.basis(view.data, view.as_of).imports}
    return texts.Standing(view.as_of, counting, view.reader.limited(reads.imports(view.data)))


def _address(view: View, import_id: int) -> str:
    return widgets.address(view, "imports", part="history", **{"import": str(import_id)})


def _import(view: View, row: dict[str, Any]) -> None:
    """Draw an import: its facts, what it changed, its cells, and the form that revokes it."""
    say = view.say
    with st.container(border=True, key="card-import"):
        title = say(N_("Import {id}"), id=row["import_id"])
        widgets.html(charts.card_head(row["file"], kicker=title))
        every = widgets.address(view, "imports", part="history")
        widgets.html(charts.anchor(say(N_("Imports")), every))
        left, right = st.columns([5, 7], gap="large")
        change = _effect_of_moment(view.data, row["imported_at"], view.as_of)
        with left:
            state = texts.state(row, _standing(view), say)
            widgets.html(
                charts.pairs(history_texts.import_pairs(row, _moved(view, row), state, reads.sources(view.data), say))
            )
        with right:
            widgets.html(charts.section(say(N_("The effect on the figures")), level=3))
            effects.draw(view, change, dated=_dated(row))
        _why(view, row, change)
        if row["rejected"] or row["warnings"]:
            with st.expander(say(N_("Rejected rows and warnings"))):
                _problems(view, row)
                if row["rejected"]:
                    returns.offer(view, row["import_id"], key="history")
        with st.expander(say(N_("The file as it was read"))):
            _cells(view, row)
        if not row["revoked_at"] and not view.sample and view.reader.may(Permission.REVOKE_IMPORTS):
            with st.expander(say(N_("Revoke the import"))):
                _revoke(view, row)


@cached(20)
def _effect_of_moment(data: Data, moment: datetime, as_of: date) -> Effect:
    return previewing.effect_of_moment(data.database, moment, as_of=as_of, points=reads.declared(data).points)


@cached(20)
def _effect_of_revoking(data: Data, import_id: int, as_of: date) -> Effect:
    return previewing.effect_of_revoking(data.database, import_id, as_of=as_of, points=reads.declared(data).points)


@read(20)
def _compared(cursor: Cursor, import_id: int, source: str) -> Comparison:
    return compare(cursor, import_id, packs.current(cursor).sources[source])


def _dated(row: dict[str, Any]) -> list[tuple[str, date]]:
    """The file of an import with its extract date."""
    return [(row["file"], row["extract_date"])]


def _moved(view: View, row: dict[str, Any]) -> str:
    """The numbers of new, changed and gone rows when it was loaded, in a sentence."""
    source = reads.sources(view.data).get(row["source"])
    if source is None:
        return ""
    return texts.moved(_compared(view.data, row["import_id"], source.id), view.say)


def _why(view: View, row: dict[str, Any], change: Effect) -> None:
    """Draw why the figure of a chosen point changed when the import was loaded."""
    say = view.say
    changed = history_texts.changed_points(change, view.scope)
    if not changed:
        return
    with st.expander(say(N_("Why did the figure change?"))):
        chosen = st.selectbox(
            say(N_("Review point")),
            changed,
            format_func=lambda point: phrases.label(point, say),
            key=f"why {row['import_id']} {say.code}",
            width=460,
        )
        changes.change_of(view, chosen, *around(change.day, row["imported_at"]))


def _problems(view: View, row: dict[str, Any]) -> None:
    """Draw the first rejected rows and warnings, and the download of all as CSV."""
    say = view.say
    problems = _rows(view.data, "problems_of", row["import_id"])
    title = say(N_("Rejected rows and warnings"))
    returns.problem_list(view, problems, title)
    name = downloads.file_name(say, N_("{title} {day}"), "csv", title=title, day=str(row["extract_date"]))
    key = f"problems {row['import_id']}"
    make, number = partial(history_texts.problem_rows, problems, say), row["import_id"]
    downloads.offer_rows(view, name, make, key=key, what="problems", imported=number)


def _cells(view: View, row: dict[str, Any]) -> None:
    """Draw the cells of each sheet as they were read. The file itself is not stored, only its name and SHA-256."""
    widgets.require(Permission.LOAD_EXPORTS)
    say = view.say
    sheets = _rows(view.data, "sheets_kept", row["import_id"])
    if not sheets:
        widgets.html(charts.caption(say(N_("The cells of this import were not kept."))))
        return
    by_number = {sheet["sheet_number"]: sheet for sheet in sheets}
    number = sheets[0]["sheet_number"]
    if len(sheets) > 1:
        names = {each["sheet_number"]: each["sheet"] for each in sheets}
        number = fields.choice(say(N_("Sheet")), names, now=number, key=f"cells {row['import_id']}") or number
    sheet = by_number[number]
    first = 1
    if sheet["rows"] > SHOWN_ROWS:
        first = st.number_input(
            say(N_("From row")), 1, sheet["last"], step=SHOWN_ROWS, key=f"from {row['import_id']} {number}", width=220
        )
    st.dataframe(
        _cell_table(view, row["import_id"], number, first),
        hide_index=True,
        key=f"cells {row['import_id']} {number} {first}",
        alt=say(N_("The file as it was read")),
    )
    text = N_("{n} rows, without identity numbers and reasons of absence.")
    widgets.html(charts.caption(say(text, n=say.number(sheet["rows"]))))


@read(10)
def _rows(cursor: Cursor, name: str, import_id: int) -> Rows:
    """The rows of a statement about an import."""
    return rows(cursor, statement(name), {"import_id": import_id})


@cached(4)
def _cell_table(view: View, import_id: int, number: int, first: int) -> pd.DataFrame:
    params = {"import_id": import_id, "sheet_number": number, "first": first, "many": SHOWN_ROWS}
    with view.database.cursor() as cursor:
        cells = rows(cursor, statement("cells_kept"), params)
    return history_texts.cell_table(cells, view.say)


def _revoke(view: View, row: dict[str, Any]) -> None:
    """Draw what revoking would change, the field for the reason, and the button that revokes."""
    say, number = view.say, row["import_id"]
    text = N_("{file} no longer counts in the figures, but stays in the history with your reason.")
    widgets.html(charts.caption(say(text, file=row["file"])))
    if stays := _completing(view.data, number):
        widgets.html(charts.note(history_texts.stays_text(stays, say)))
    widgets.html(charts.section(say(N_("The effect on the figures")), level=3))
    effects.draw(view, _effect_of_revoking(view.data, number, view.as_of), dated=_dated(row))
    why = fields.text(say(N_("Reason")), key=f"reason {number}", width=460)
    if st.button(say(N_("Revoke the import")), type="primary", key=f"revoke {number}"):
        widgets.require(Permission.REVOKE_IMPORTS)
        with widgets.showing_errors():
            loading.revoke(view.database, number, why=why, order=views.order())
            st.rerun()


@read(20)
def _completing(cursor: Cursor, import_id: int) -> Rows:
    """The imports that complete an import."""
    return rows(cursor, statement("completing"), {"import_id": import_id, "known_at": EVERYTHING_KNOWN})


@read(10)
def _organisations(cursor: Cursor) -> Rows:
    return rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})


def rename(view: View) -> None:
    """Draw the form that changes the name of the organisation."""
    say = view.say
    organisations = _organisations(view.data)
    mine = [row for row in organisations if row["organisation"] == view.scope.organisation]
    if not mine:
        return
    widgets.html(charts.section(say(N_("Organisation"))))
    with st.form("rename", border=False):
        name = fields.line(
            say(N_("Name")),
            value=view.scope.organisation,
            key=f"new name {view.scope.organisation}",
            max_chars=LONGEST_NAME,
            width=460,
            form=True,
        )
        if st.form_submit_button(say(N_("Save"))):
            widgets.require(Permission.LOAD_EXPORTS)
            loading.rename_organisation(view.database, mine[0]["organisation_id"], name=name, order=views.order())
            st.query_params.pop("organisation", None)
            st.rerun()

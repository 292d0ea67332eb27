"""The rows of a loaded file that are still rejected, as a workbook for whoever owns its source."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import media
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_, Language
from compliance.correcting import returning
from compliance.correcting.returning import Returnable
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.screens import downloads, reads, widgets
from compliance.screens.caching import Data, cached
from compliance.screens.downloads import File, FileName
from compliance.screens.imports import texts
from compliance.screens.views import View
from compliance.store.database import Rows

SHOWN_PROBLEMS: Final = 10
DOWNLOAD: Final = N_("Download the rejected rows")
SEND: Final = N_("Send the rows to whoever owns the source. Load the corrected rows here. They are added to this file.")


def offer(view: View, import_id: int, *, key: str) -> None:
    """Draw the download of the rows of an import's file that are still rejected; nothing if there are none."""
    say = view.say
    row = next((row for row in view.reader.limited(reads.imports(view.data)) if row["import_id"] == import_id), None)
    if row is None or not _any(view.data, import_id):
        return
    source = row["source"]
    name = file_name(reads.sources(view.data)[source], row["extract_date"], say)
    make: Callable[[Job], bytes] = partial(_workbook, view, import_id)
    told: Any = {"action": Action.FORM, "what": "rejected rows", "details": {"source": source, "imported": import_id}}
    widgets.html(charts.caption(say(SEND)))
    downloads.offer(view, File(say(DOWNLOAD), name, media.XLSX, key=f"returned {key} {import_id}", make=make, **told))


def problem_list(view: View, problems: Rows, caption: str) -> None:
    """Draw the problems of the first rows that have any."""
    say = view.say
    shown, of = texts.of_first_rows(problems, SHOWN_PROBLEMS)
    widgets.html(charts.table(*texts.problem_table(shown, say), caption=caption))
    if of > SHOWN_PROBLEMS:
        widgets.html(charts.caption(say(N_("{n} of {of} are shown."), n=SHOWN_PROBLEMS, of=say.number(of))))


def file_name(source: Source, day: date, say: Language) -> FileName:
    """The name of the workbook of rejected rows."""
    title = say.pick(source.title)
    return downloads.file_name(say, N_("Rejected rows {title} {day}"), "xlsx", title=title, day=str(day))


@cached(50)
def _any(data: Data, import_id: int) -> bool:
    return _returnable(data, import_id) is not None


def _returnable(data: Data, import_id: int) -> Returnable | None:
    with data.database.cursor() as cursor:
        return returning.returnable(cursor, import_id, reads.sources(data))


def _workbook(view: View, import_id: int, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    found = _returnable(view.data, import_id)
    if found is None:
        raise Refusal(N_("Import {id} has no rows left to correct."), id=import_id)
    job.rows = found.count
    return make_file(job, Returnable.workbook, found, view.say)

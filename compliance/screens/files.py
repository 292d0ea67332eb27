"""The file field of a page, for those who may fill it. Its files are released when the page no longer has the field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import streamlit as st

from compliance.access import audit
from compliance.access.permissions import Permission
from compliance.bending import runs
from compliance.screens import views
from compliance.serving.uploading import LEDGER, NotTaken


def field(label: str, permission: Permission, **kwargs: Any) -> Sequence[Any]:
    """Draw a file field. Return its files. Raise Refusal if the person lacks the permission."""
    audit.require(views.user(), permission)
    session, _ = runs.here()
    LEDGER.draw_field(session, permission)
    return st.file_uploader(label, accept_multiple_files=True, **kwargs) or []


@contextmanager
def watched() -> Iterator[None]:
    """Wrap the drawing of a page: files whose field it did not draw are released, unless the page is rerun at once."""
    session, manager = runs.here()
    LEDGER.begin_page(session)
    try:
        yield
    except runs.ANEW:
        raise
    except BaseException:
        _end(session, manager)
        raise
    _end(session, manager)


def _end(session: str, manager: Any) -> None:
    for file in LEDGER.end_page(session):
        manager.remove_file(session, file)


def keep(files: Mapping[str, object]) -> None:
    """Keep files beyond their field: the content of each, by its id."""
    LEDGER.keep(runs.here()[0], files)


def take(file: str, size: int, content: object) -> None:
    """Keep a file that lies on this machine, beside those that were sent. Raise NotTaken if there is no room for it."""
    LEDGER.take(runs.here()[0], file, size, user=views.user(), content=content)


def content(file: str) -> object | None:
    """The content kept of a file; None if it has been released."""
    return LEDGER.content(runs.here()[0], file)


def finder(file: str) -> Callable[[], object | None]:
    """A function that returns a file's content outside of a run too, without holding a reference to it."""
    return partial(LEDGER.content, runs.here()[0], file)


def drop_upload(file: str) -> None:
    """Remove the upload from Streamlit. Its content still counts as the session's."""
    session, manager = runs.here()
    manager.remove_file(session, file)


def release(file: str) -> None:
    """Release a file and its content."""
    drop_upload(file)
    LEDGER.release(runs.here()[0], [file])


def refusals() -> list[tuple[NotTaken, int]]:
    """Why files of the last drop were refused, with how many for each reason."""
    return LEDGER.refusals(runs.here()[0])

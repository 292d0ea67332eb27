"""The file field of a page, drawn for whoever may load; what lies in it is let go when it stands there no more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.serving.uploading import LEDGER, NotTaken


def field(label: str, **given: Any) -> Sequence[Any]:
    """The files that lie in a file field for several; a Refusal where the person may not load."""
    permissions.require(permissions.current_user(), Permission.LOAD_EXPORTS)
    session, _ = _here()
    LEDGER.draw_field(session)
    return st.file_uploader(label, accept_multiple_files=True, **given) or []


@contextmanager
def watched() -> Iterator[None]:
    """Around all of a page: whether it has a field is known when it is drawn, unless it is drawn anew at once."""
    session, manager = _here()
    LEDGER.begin_page(session)
    try:
        yield
    except RerunException:
        raise
    except BaseException:
        _end(session, manager)
        raise
    _end(session, manager)


def _end(session: str, manager: Any) -> None:
    for file in LEDGER.end_page(session):
        manager.remove_file(session, file)


def keep(files: Mapping[str, object]) -> None:
    """Files that have been taken out of their field, by their id, each with what is read of it."""
    LEDGER.keep(_here()[0], files)


def kept(file: str) -> object | None:
    """What is read of a file; None if it has been let go."""
    return LEDGER.content(_here()[0], file)


def finder(file: str) -> Callable[[], object | None]:
    """What finds a file's content outside of a run too, and does not keep it."""
    return partial(LEDGER.content, _here()[0], file)


def has_been_read(file: str) -> None:
    """Streamlit need not keep the file any longer; what was read of it still counts as the session's."""
    session, manager = _here()
    manager.remove_file(session, file)


def let_go(file: str) -> None:
    """Nothing of a file is needed any more."""
    has_been_read(file)
    LEDGER.release(_here()[0], [file])


def not_taken() -> list[tuple[NotTaken, int]]:
    """Why files of the last drop were not taken, each reason with how many they were."""
    return LEDGER.refusals(_here()[0])


def _here() -> tuple[str, Any]:
    """The session, and where Streamlit keeps its files."""
    context = get_script_run_ctx()
    if context is None:
        raise RuntimeError("No page is being drawn.")
    return context.session_id, context.uploaded_file_mgr

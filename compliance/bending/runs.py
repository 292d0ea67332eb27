"""The runs of pages: each, of a page, of a fragment or of a callback, is for a person, in a window."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from streamlit import runtime
from streamlit.runtime.scriptrunner import RerunException, StopException, get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from compliance.access import sessions
from compliance.core.errors import Refusal
from compliance.core.queueing import Asker, asking
from compliance.serving.metrics import note_page

# The name under which Streamlit knows the session of a websocket (`st.user`).
SESSION: Final = "session"
# The threads in which files are made and sessions are looked up: far more than one person's files wait in at a time.
THREADS: Final = 200
# What ends a run that is begun anew at once.
ANEW: Final = RerunException
Run = Callable[[Callable[[], Any], ScriptRunContext], Any]
# The runs under way.
_running: set[object] = set()


def run_for_person(run: Run) -> Run:
    """A function that runs code as `run` does, for whom the page is."""

    def running(code: Callable[[], Any], context: ScriptRunContext) -> Any:
        this, begun = object(), time.monotonic()
        _running.add(this)
        try:
            with asking(Asker(_person(context), lambda: _stop_if_gone(context))):
                return run(code, context)
        finally:
            _running.discard(this)
            note_page(_page(context), time.monotonic() - begun)

    return running


def begin() -> None:
    """Let every run be for a person. Streamlit runs all code of an app through this attribute of its module."""
    runner: Any = script_runner
    runner.exec_func_with_error_handling = run_for_person(runner.exec_func_with_error_handling)


def is_running() -> bool:
    """Whether a page is running for somebody."""
    return bool(_running)


async def first() -> tuple[bool, str]:
    """Run the app once, for nobody. Return whether it succeeds, and what it says if not."""
    return await runtime.get_instance().does_script_run_without_error()


def threads() -> ThreadPoolExecutor:
    """The threads for what the server does beside its loop."""
    return ThreadPoolExecutor(THREADS, "beside")


def here() -> tuple[str, Any]:
    """The id of the window whose page is being drawn, and Streamlit's manager of its uploads."""
    context = get_script_run_ctx()
    if context is None:
        raise RuntimeError("No page is being drawn.")
    return context.session_id, context.uploaded_file_mgr


def session_here() -> str:
    """The key of the session whose page is being drawn, empty where there is no login."""
    context = get_script_run_ctx()
    key = context.user_info.get(SESSION) if context else None
    return key if isinstance(key, str) else ""


def connection() -> Callable[[], bool]:
    """A function that returns whether the window whose page is being drawn is still connected."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    window = context.session_id
    # a child ends with the server of itself
    return lambda: not runtime.exists() or _is_there(window)


def _person(context: ScriptRunContext) -> str:
    """The person of a page; where that cannot be told, the session. Empty without a login: there is one person."""
    key = str(context.user_info.get(SESSION) or "")
    try:
        return sessions.person_of(key) if key else ""
    except Refusal:
        return key


def _page(context: ScriptRunContext) -> str:
    """The id of the page that was drawn, empty before any was."""
    pages = context.pages_manager.get_pages()
    found = pages.get(context.pages_manager.current_page_script_hash)
    return Path(found["script_path"]).stem if found else ""


def _stop_if_gone(context: ScriptRunContext) -> None:
    """End a run whose window is gone, but not what somebody has ordered with a click."""
    if context.has_script_started and not _is_there(context.session_id):
        raise StopException


def _is_there(window: str) -> bool:
    """Whether a window is connected; none is once the server has ended, while threads still work for some."""
    return runtime.exists() and runtime.get_instance().is_active_session(window)

"""Whom Streamlit works for: each run of a page, of a fragment or of a callback is for a person, in a window."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import StopException, script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from compliance.access import sessions
from compliance.commands.provider import SESSION
from compliance.core.errors import Refusal
from compliance.core.queueing import Asker, asking

# The threads in which files are made and sessions are looked up: far more than one person's files wait in at a time.
THREADS: Final = 200
Run = Callable[[Callable[[], Any], ScriptRunContext], Any]


def run_for_person(run: Run) -> Run:
    """A function that runs code as `run` does, for whom the page is."""

    def running(code: Callable[[], Any], context: ScriptRunContext) -> Any:
        with asking(Asker(_person(context), lambda: _stop_if_gone(context))):
            return run(code, context)

    return running


def begin() -> None:
    """Let every run be for a person. Streamlit runs all code of an app through this attribute of its module."""
    runner: Any = script_runner
    runner.exec_func_with_error_handling = run_for_person(runner.exec_func_with_error_handling)


def threads() -> ThreadPoolExecutor:
    """The threads for what the server does beside its loop."""
    return ThreadPoolExecutor(THREADS, "beside")


def _person(context: ScriptRunContext) -> str:
    """The person of a page; where that cannot be told, the session. Empty without a login: there is one person."""
    key = str(context.user_info.get(SESSION) or "")
    try:
        return sessions.person_of(key) if key else ""
    except Refusal:
        return key


def _stop_if_gone(context: ScriptRunContext) -> None:
    """End a run whose window is gone, but not what somebody has ordered with a click."""
    if context.has_script_started and not get_instance().is_active_session(context.session_id):
        raise StopException

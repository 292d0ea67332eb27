"""What an upgrade of Streamlit breaks is told in sentences: of names, of marks in its pages, and of its texts."""

import re
from importlib.metadata import version as installed

import pytest
import streamlit as st
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.web.server.starlette import starlette_server_config

from compliance.bending import version
from release.pins import REQUIREMENTS

SCRIPT_RUNNER = "streamlit.runtime.scriptrunner.script_runner"
FILES = "streamlit.runtime.media_file_manager:MediaFileManager"


def test_the_streamlit_that_is_asked_for_and_installed_is_the_one_that_all_is_true_for():
    assert re.search(r"^streamlit==(\S+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE)[1] == version.true_for()
    assert installed("streamlit") == version.true_for()
    assert [*version.changes()] == []


def test_every_mark_that_is_spoken_of_and_every_text_is_in_the_pages_of_the_installed_one():
    assert [*version.frontend_changes()] == []


def test_a_name_that_is_renamed_or_goes_another_way_is_told_with_what_is_lost(monkeypatch):
    monkeypatch.delattr(script_runner, "exec_func_with_error_handling")
    monkeypatch.setattr(MediaFileManager, "_delete_file", lambda self, file: None)
    monkeypatch.setattr(MediaFileManager, "remove_orphaned_files", lambda self: self._delete_file("1"))
    monkeypatch.setattr(starlette_server_config, "XSRF_COOKIE_NAME", "_xsrf")
    said = f"Streamlit {st.__version__}: "
    assert {sentence.removeprefix(said).partition(". It is needed so that ")[0] for sentence in version.changes()} == {
        f"{SCRIPT_RUNNER}:exec_func_with_error_handling is gone",
        f"{FILES}._delete_file does not take file_id",
        f"{FILES}.remove_orphaned_files does not go by _remove_orphaned_deferred_callables",
        "streamlit.web.server.starlette.starlette_server_config:XSRF_COOKIE_NAME is '_xsrf', not '_streamlit_xsrf'",
    }
    [first, *_] = version.changes()
    assert first.endswith(
        "is gone. It is needed so that each run of a page is for a person, and is known to be running."
    )


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (b"stMainBlockContainer", b"stPageContainer", "no page has stMainBlockContainer, of which style.css speaks."),
        (b"stPopoverButton", b"stMenuButton", "no page has stPopoverButton, of which app.js speaks."),
        (
            b"Drag and drop files here",
            b"Drop it",
            "nothing says “Drag and drop files here”, for which streamlit.toml has words of ours.",
        ),
    ],
)
def test_a_mark_or_a_text_that_the_pages_no_longer_have_is_told(monkeypatch, was, now, told):
    code = version._frontend().replace(was, now)
    monkeypatch.setattr(version, "_frontend", lambda: code)
    assert f"Streamlit {st.__version__}: {told}" in [*version.frontend_changes()]

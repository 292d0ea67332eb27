"""The files of pages: Streamlit's stores of those that arrive and of those to download, each in its place."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import get_instance, memory_uploaded_file_manager, runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

from compliance.access import sessions
from compliance.access.permissions import User
from compliance.bending import runs
from compliance.serving.uploading import LEDGER

# The most ids that are issued at once; nobody drops more files than these.
MOST_DROPPED: Final = 10_000
# How long a file can be requested after its button was drawn again: a click may have been on its way.
DOWNLOAD_GRACE: Final = 30.0


class UploadedFiles(MemoryUploadedFileManager):
    """Streamlit's store of uploaded files, which reports requested ids and ended sessions to the ledger."""

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Issue an id for each file that has been dropped."""
        issued = super().get_upload_urls(session_id, file_names[:MOST_DROPPED])
        LEDGER.issue(session_id, [info.file_id for info in issued])
        return issued

    def remove_session_files(self, session_id: str) -> None:
        """Remove the files of a session that has ended."""
        super().remove_session_files(session_id)
        LEDGER.close(session_id)


class DownloadFiles(MediaFileManager):
    """Streamlit's store of downloads, which keeps the function that makes a file after its button is drawn again.

    A click requests the file and also runs the page again. If the run comes first, the file would be gone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._replaced: dict[str, float] = {}
        # Whom a file was made for, by the file's id: a session, and the person with the roles that they held then.
        self._owners: dict[str, set[tuple[str, User]]] = {}
        # The session whose page shows a button, by the id of its file, which is made later.
        self._asked: dict[str, str] = {}

    def add(self, *args: Any, **kwargs: Any) -> str:
        """Keep a file for the session whose page shows it."""
        return self._of(super().add(*args, **kwargs), runs.session_here())

    def add_deferred(self, *args: Any, **kwargs: Any) -> str:
        """Keep the function that makes a file for the session whose page shows its button."""
        file = super().add_deferred(*args, **kwargs)
        self._asked[file] = runs.session_here()
        return file

    def execute_deferred(self, file_id: str) -> str:
        """Make a file, for the session whose page shows its button."""
        return self._of(super().execute_deferred(file_id), self._asked.get(file_id, ""))

    def _of(self, address: str, key: str) -> str:
        if key:
            self._owners.setdefault(Path(address).stem, set()).add((key, sessions.user(key)))
        return address

    def is_of(self, file: str, key: str, user: User) -> bool:
        """Whether a file was made for a session, whose person still holds the same roles."""
        return (key, user) in self._owners.get(file, ())

    def is_asked_by(self, file: str, key: str) -> bool:
        """Whether the button of a file that is made later is on a page of a session."""
        return self._asked.get(file) == key

    def _delete_file(self, file_id: str) -> None:
        super()._delete_file(file_id)
        self._owners.pop(file_id, None)

    def _drop_deferred_id(self, file_id: str) -> None:
        super()._drop_deferred_id(file_id)
        self._asked.pop(file_id, None)

    def _remove_orphaned_deferred_callables(self) -> None:
        now = time.monotonic()
        shown = {id_ for files in self._files_by_session_and_coord.values() for id_ in files.values()}
        self._replaced = {id_: self._replaced.get(id_, now) for id_ in self._deferred_callables.keys() - shown}
        for id_, since in self._replaced.items():
            if now - since >= DOWNLOAD_GRACE:
                self._drop_deferred_id(id_)


def free_ended(since: dict[str, float], *, patience: float, person: str | None = None) -> None:
    """End sessions with files whose browser has been away for `patience` seconds. `since` is updated between calls.

    They are those of a person, or of everybody.

    Streamlit keeps a session for a browser that may come back, and does not always free its files afterwards.
    """
    server, now = get_instance(), time.monotonic()
    away = [session for session in LEDGER.holders(person) if not server.is_active_session(session)]
    for session in since.keys() - away:
        del since[session]
    for session in away:
        if now - since.setdefault(session, now) >= patience:
            server.close_session(session)
            server.uploaded_file_mgr.remove_session_files(session)


def make_room(person: str | None) -> None:
    """Free the files of a person's, or of all, sessions without a browser, before one is refused for lack of room."""
    free_ended({}, patience=0, person=person)


def begin() -> None:
    """Let the server that starts keep its files in these stores, and look for components in no package."""
    manifest_scanner.scan_component_manifests = lambda *_: []
    # Streamlit creates its file stores from these module attributes.
    runtime.MediaFileManager = DownloadFiles  # type: ignore[attr-defined]
    memory_uploaded_file_manager.MemoryUploadedFileManager = UploadedFiles  # type: ignore[misc]

"""A file is made also when its button is drawn again meanwhile; stores of ours take the place of Streamlit's."""

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import media_file_manager, memory_uploaded_file_manager, runtime
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from compliance.bending import files
from compliance.bending.files import DownloadFiles, UploadedFiles


@pytest.fixture
def handed_out(monkeypatch):
    """A store with a file whose button has been drawn again, and the old id of the file."""
    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: "session")
    store = DownloadFiles(storage=MemoryMediaFileStorage("/media"))
    file = store.add_deferred(lambda: b"made", "text/csv", "0.0")
    store.clear_session_refs()
    store.remove_orphaned_files()
    return store, file


def test_a_click_that_is_later_than_the_run_it_begins_gets_its_file(handed_out):
    store, file = handed_out
    assert store.execute_deferred(file).startswith("/media/")


def test_a_file_of_a_button_that_is_long_gone_is_not_made(handed_out, monkeypatch):
    store, file = handed_out
    monkeypatch.setattr(files, "DOWNLOAD_GRACE", 0)
    store.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        store.execute_deferred(file)


def test_a_server_keeps_what_it_is_sent_and_hands_out_in_these_stores(monkeypatch):
    for module, name in (
        (runtime, "MediaFileManager"),
        (memory_uploaded_file_manager, "MemoryUploadedFileManager"),
        (manifest_scanner, "scan_component_manifests"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    files.begin()
    assert runtime.MediaFileManager is DownloadFiles
    assert memory_uploaded_file_manager.MemoryUploadedFileManager is UploadedFiles
    assert manifest_scanner.scan_component_manifests() == []

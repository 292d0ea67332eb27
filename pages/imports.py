"""Imports: drop exports, see what they were taken for and what they change, confirm; history and revoking."""

import streamlit as st

from compliance import charts, ui, ui_imports
from compliance.language import N_
from compliance.permissions import Permission

ui.require(Permission.LOAD_EXPORTS)
seen = ui.view()
say = seen.say

if seen.sample:
    ui.html(
        charts.page_title(
            say(N_("Imports")),
            question=say(
                N_(
                    "The sample data are there to try with. "
                    "Your own exports go into a database of their own, and the two are never mixed."
                )
            ),
        )
    )
    ui.start_own_button(seen, key="start_imports")
else:
    ui.html(
        charts.page_title(
            say(N_("Load exports")),
            question=say(N_("Drop the files as they came out of the systems. Nothing is saved until you confirm.")),
        )
    )
    files = st.file_uploader(say(N_("Files")), accept_multiple_files=True, label_visibility="collapsed", key="files")
    opened = ui_imports.opened_files(seen, files)
    for number, (file_id, name) in enumerate(opened, start=1):
        ui_imports.import_card(seen, file_id, name, number=number, of=len(opened))
    ui_imports.load_all(seen, opened)

ui_imports.history(seen)
if not seen.sample:
    ui_imports.rename(seen)

"""Files that the intake holds, beside those that are dropped: whose they are, taking one up, and putting it away."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.intake.rows import IntakeFile
from compliance.intake.settling import held_path, record_loaded, settle, settle_as_refused
from compliance.loading.loading import Receipt, clean_text
from compliance.screens import files as uploads
from compliance.screens import reads, views, widgets, written
from compliance.screens.imports.inbox import Content, Inbox, Item
from compliance.screens.views import View
from compliance.serving.uploading import NotTaken
from compliance.store.database import Cursor, Database

log = logging.getLogger(__name__)

GONE: Final = N_("Somebody else has taken {file}.")
FROM: Final = N_("from the intake")
FROM_FOLDER: Final = N_("from the intake, {name}")


@dataclass(frozen=True)
class HeldFile:
    """A file that the intake holds, as it is read: only if it still is the one of its sum."""

    path: Path
    sha256: str
    name: str

    def getvalue(self) -> bytes:
        """Its content. Raise Refusal if it is there no longer."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise Refusal(GONE, file=self.name) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise Refusal(GONE, file=self.name)
        return content


@dataclass(frozen=True)
class Held:
    """A file that the intake holds, and the organisation whose folder it came to, if there is one."""

    file: IntakeFile
    organisation: str | None

    @property
    def id(self) -> str:
        """What it is called in the inbox."""
        return " ".join(self.file.key)


def root() -> Path | None:
    """The folder of the intake, if it is on this machine."""
    folder = places.intake()
    return folder if folder and folder.is_dir() else None


def held_files(view: View) -> list[Held]:
    """The files that the intake holds of the organisations that the reader sees, the oldest first."""
    files = written.held_files(view.data)
    if not files or view.sample or not view.reader.may(Permission.LOAD_EXPORTS):
        return []
    names = reads.organisation_names(view.data, view.as_of)
    found = [Held(file, names.get(file.organisation_id or 0)) for file in files]
    everything = view.reader.sees_all(view.organisations)
    return [each for each in found if (view.reader.sees(Scope(each.organisation)) if each.organisation else everything)]


def origin(view: View, file: IntakeFile, organisation: str | None) -> str:
    """Where a file comes from: the organisation if there are several, or the folder if there is none of its name."""
    is_alone = len(view.reader.organisations(view.organisations)) == 1
    name = organisation or file.folder
    return view.say(FROM) if organisation and is_alone else view.say(FROM_FOLDER, name=name)


# --- Taking up --------------------------------------------------------------------------------------------------------


def take_up(waiting: Inbox, wanted: Sequence[Held]) -> Refusal | None:
    """Take files into the inbox, as many as there is room for. Return why one of them was not taken."""
    widgets.require(Permission.LOAD_EXPORTS)
    for each in wanted:
        if each.id in waiting.items:
            continue
        try:
            _take_up(waiting, each)
        except (NotTaken, Refusal) as refusal:
            return refusal
    return None


def _take_up(waiting: Inbox, each: Held) -> None:
    folder, file = root(), each.file
    try:
        path = held_path(folder, file) if folder else None
    except OSError:
        path = None
    if path is None:
        raise Refusal(GONE, file=file.file)
    uploads.take(each.id, path.stat().st_size, Content(HeldFile(path, file.sha256, file.file)))
    waiting.items[each.id] = Item(file.file, organisation=each.organisation, intake=file)


def leave_gone(waiting: Inbox, there: Sequence[Held]) -> list[str]:
    """Take those out of the inbox that others have dealt with, and return their names."""
    ids = {each.id for each in there}
    gone = [id_ for id_, item in waiting.items.items() if item.intake and not item.result and id_ not in ids]
    names = [waiting.items[id_].name for id_ in gone]
    for id_ in gone:
        uploads.release(id_)
        del waiting.items[id_]
    return names


# --- Putting away -----------------------------------------------------------------------------------------------------


@dataclass
class Settling:
    """Those of the items that are loaded together which the intake holds: recorded in the load, and put away after it.

    `recorded` are the files as they are to be put away, by the number of the item.
    """

    items: Sequence[Item]
    recorded: dict[int, tuple[IntakeFile, list[Receipt]]] = field(default_factory=dict)

    def record(self, cursor: Cursor, number: int, receipts: list[Receipt]) -> None:
        """Record in the transaction that an item is loaded, or an answer taken.

        Raise Refusal if somebody else has dealt with it.
        """
        if known := self.items[number].intake:
            self.recorded[number] = record_loaded(cursor, known, receipts, who=views.order().who), receipts

    def put_away(self, say: Language) -> None:
        """Move what is loaded, with its receipt. If that fails, the next run of the intake does it."""
        folder = root()
        for number, (file, receipts) in self.recorded.items():
            result = self.items[number].result
            try:
                if folder and result and (result.imports or result.answered):
                    settle(folder, file, say, receipts=receipts)
            except (OSError, Refusal) as error:
                log.warning("A loaded file is left to the next run of the intake: %s", type(error).__name__)


def decline(database: Database, file: IntakeFile, why: str, say: Language) -> None:
    """Put a held file away without loading it. Raise Refusal if somebody else has dealt with it."""
    widgets.require(Permission.LOAD_EXPORTS)
    if folder := root():
        said = {"said": text} if (text := clean_text(why)) else {}
        settle_as_refused(database, folder, file, said, who=views.order().who, say=say)

"""What has happened to the files that came by themselves, as rows of the store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from compliance.access.audit import Action
from compliance.core.errors import Refusal, refusal_from_json
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

State = Literal["held", "loaded", "refused"]


@dataclass(frozen=True)
class IntakeFile:
    """A file of the folder of an organisation, by its content and name, and the last that happened to it.

    `file` is its name, masked. `why` has the code of what holds it or why it was refused, the message and its values.
    `mark` is what it was judged by. `imports` are the numbers of those that it was loaded as.
    """

    organisation_id: int | None
    folder: str
    file: str
    sha256: str
    bytes: int
    state: State
    source: str | None = None
    extract_date: date | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""
    imports: tuple[int, ...] = ()
    happened_at: datetime | None = None
    who: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by, as that of `Taken`."""
        return self.folder, self.sha256, self.file

    @property
    def refusal(self) -> Refusal | None:
        """Why it is held or was refused, to be said in the language of whoever reads it; None if nothing is."""
        return refusal_from_json(dict(self.why)) if "message" in self.why else None


def reason(code: str, refusal: Refusal, **more: Any) -> dict[str, Any]:
    """Why a file is held or refused, as `why` keeps it: the code, the sentence and its values, and `more`."""
    kept: dict[str, Any] = json.loads(json.dumps({"code": code, **refusal.as_json(), **more}, default=str))
    return kept


def intake_files(
    cursor: Cursor, *, state: State | None = None, known_at: datetime = EVERYTHING_KNOWN
) -> list[IntakeFile]:
    """Every file, or those of a state, with the last that happened to it, the oldest first."""
    return [
        IntakeFile(
            **{
                **row,
                "why": json.loads(row["why"] or "{}"),
                "mark": row["mark"] or "",
                "imports": tuple(int(number) for number in (row["imports"] or "").split()),
            }
        )
        for row in rows(cursor, statement("intake_files"), {"state": state, "known_at": known_at})
    ]


def files_held(cursor: Cursor) -> int:
    """How many files wait for an answer."""
    [(count,)] = cursor.execute(statement("files_held")).fetchall()
    return int(count)


def record(cursor: Cursor, file: IntakeFile, *, known: IntakeFile | None = None) -> None:
    """Record what has happened to a file, now and by whom it says; `known` is what was recorded of it before.

    The history tells of it, unless it is what is known or, as for a load, is told already.
    """
    written = {name: getattr(file, name) for name in file.__dataclass_fields__ if name != "happened_at"}
    written["why"] = json.dumps(dict(file.why), ensure_ascii=False, default=str)
    written["imports"] = " ".join(map(str, file.imports))
    cursor.execute(statement("add_intake_file"), written)
    if file.state != "loaded" and (known is None or (file.state, file.why) != (known.state, known.why)):
        what, code = f"{file.state}: {file.file}", str(file.why.get("code", ""))
        details = {"status": file.state, "why": code, "sum": file.sha256}
        add_event(cursor, Order(file.who), "intake", what, action=Action.INTAKE, told="file", **details)

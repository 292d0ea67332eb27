"""Checks a pack in a child process with limits: whatever it does there, pages are served meanwhile."""

import json
import logging
from collections.abc import Collection, Mapping
from typing import Final

from compliance.checking.checking import check_files
from compliance.checking.faults import Fault
from compliance.core.errors import Hindered, Refusal, refusal_from_json
from compliance.core.jobs import Job, JobFailed, make_file
from compliance.core.language import N_
from compliance.store.packs import Installed

STOPPED: Final = N_(
    "Its check was not done within its limits of time and memory, and was stopped. Give its examples fewer rows."
)
log = logging.getLogger(__name__)


def check_in_child(files: Mapping[str, str], *, origin: str, others: Collection[Installed] = ()) -> list[Fault]:
    """Everything that is wrong with the files of a pack, as `check_files` says.

    Raise Hindered if it could not be found out now, and the pack is not the cause.
    """
    try:
        told = make_file(Job(), faults_as_json, dict(files), origin=origin, others=tuple(others))
    except JobFailed as error:
        log.error("The check of a pack failed: %s", error)
    except Refusal as refusal:
        if isinstance(refusal, Hindered):
            raise
    else:
        return [Fault(file, line, refusal_from_json(why)) for file, line, why in json.loads(told)]
    return [Fault(origin, 0, Refusal(STOPPED))]


def faults_as_json(files: Mapping[str, str], *, origin: str, others: Collection[Installed]) -> bytes:
    """What is wrong, as a child tells it: never as objects, which a pack that harms the child could choose."""
    found = check_files(files, origin=origin, others=others)
    return json.dumps([[fault.file, fault.line, fault.why.as_json()] for fault in found]).encode()

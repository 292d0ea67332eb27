"""Checks a pack before it counts: everything that is wrong with it, in sentences with file and line.

    faults = check_files(files, origin="acme.licences", others=installed, thorough=True)

`thorough` also breaks each clause of its statement once: some example must notice.
"""

import logging
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from compliance.checking import declaring, naming, trying
from compliance.checking.faults import Fault, line_of, line_with
from compliance.core.errors import Refusal
from compliance.core.hints import nearest_first
from compliance.core.language import N_
from compliance.core.places import POINTS
from compliance.declarations import closed
from compliance.declarations.admitted import MOMENT
from compliance.declarations.declared import read_toml
from compliance.declarations.given import given
from compliance.declarations.packs import STATEMENT, Pack, read_pack
from compliance.declarations.queries import Query, parsed, with_columns
from compliance.declarations.sources import product_sources
from compliance.store import apart
from compliance.store.packs import Installed

log = logging.getLogger(__name__)

# The fields that a judgement rests on, as macros of judgements are told them.
EVIDENCE: Final = re.compile(r"\b(?:rests_on|empty)\s*:=\s*\[((?:[^\]'-]|'[^']*'|-(?!-))*)\]")
COLUMNS: Final = "-- columns: columns.txt"


def check_files(
    files: Mapping[str, str], *, origin: str, others: Collection[Installed] = (), thorough: bool = False
) -> list[Fault]:
    """Everything that is wrong with the files of a pack; none where it may be installed beside `others`."""
    try:
        pack = read_pack(files, origin=origin)
    except Refusal as refusal:
        return [_of_file(files, refusal, origin)]
    return _check(pack, others, thorough=thorough)


def _check(pack: Pack, others: Collection[Installed] = (), *, thorough: bool = False) -> list[Fault]:
    """Everything that is wrong with a pack; none where it may be installed beside `others`, or over itself."""
    before = next((other for other in others if other.name == pack.name), None)
    try:
        found = [*declaring.faults(pack, before=before)]
    except (KeyError, TypeError, AttributeError) as error:
        return [_unforeseen(error)]
    found += naming.faults(pack, [other for other in others if other.name != pack.name])
    found += _versions(pack, before)
    found += _statement(pack)
    return found or trying.faults(pack, thorough=thorough)


def _unforeseen(error: Exception) -> Fault:
    """What a value of a wrong kind has caused, or a mistake of the product: the log tells which."""
    reference = secrets.token_hex(4)
    log.error("Fault %s", reference, exc_info=error)
    message = N_(
        "A value is of another kind than expected: {error}. If you find none, give reference {reference} to those who "
        "run the service."
    )
    return Fault("point.toml", 0, Refusal(message, error=error, reference=reference))


def _of_file(files: Mapping[str, str], refusal: Refusal, origin: str) -> Fault:
    """A refusal of a file, with the line of what it names."""
    file = str(refusal.values.get("file", origin))
    key = str(refusal.values.get("key") or str(refusal.values.get("error", "")).partition(" ")[0])
    return Fault(file, line_of(files.get(file, ""), *key.split(".")), refusal)


def _versions(pack: Pack, before: Installed | None) -> Iterator[Fault]:
    if isinstance(before, Pack) and before.order == pack.order and before.sha256 != pack.sha256:
        message = N_("The version {version} is installed with another content. Give this one another version.")
        line = line_of(pack.files["point.toml"], "version")
        yield Fault("point.toml", line, Refusal(message, version=before.head.version))


def _statement(pack: Pack) -> list[Fault]:
    text = pack.files[STATEMENT]
    try:
        header = parsed(pack.point.id, with_columns(text))
    except ValueError as error:
        part = str(error).partition("'")[2].rpartition("'")[0]
        message = N_("Expected is a name, its type and its meaning: name (type): meaning.")
        return [Fault(STATEMENT, line_with(text, part), Refusal(message))]
    common = frozenset(read_toml(POINTS)["reasons"])
    listed = apart.faults(text, given(pack.point, common=common))
    lines = () if (wrong := [*_header(pack, header)]) else closed.of_header(text)
    wrong += _evidence(pack)
    return [*wrong, *(Fault(STATEMENT, each.line, each.why) for each in (*lines, *listed))]


def _evidence(pack: Pack) -> Iterator[Fault]:
    """The columns that a judgement rests on, and that the point does not ask for, or that there are not."""
    text, point, known = pack.files[STATEMENT], pack.point, product_sources() | pack.sources
    read = [known[id_] for id_ in (*point.needs, *point.uses) if id_ in known]
    asked = {*point.reads, *(name for names in point.reads_without.values() for name in names)}
    for match in EVIDENCE.finditer(text):
        line = text[: match.start()].count("\n") + 1
        for name in re.findall(r"'(\w+)'", match[1]):
            columns = [f"{source.id}.{name}" for source in read if any(field.name == name for field in source.fields)]
            if not columns:
                there = nearest_first(name, (field.name for source in read for field in source.fields))
                yield Fault(STATEMENT, line, Refusal(trying.NO_COLUMN, said=name, known=there))
            elif not asked.intersection(columns):
                message = N_("A judgement rests on {column}. Name it under reads in point.toml to ask for it.")
                yield Fault(STATEMENT, line, Refusal(message, column=columns[0]))


def _header(pack: Pack, header: Query) -> Iterator[Fault]:
    text = pack.files[STATEMENT]
    for part in ("what", "grain"):
        if not getattr(header, part):
            yield Fault(
                STATEMENT, 1, Refusal(N_("The header lacks -- {part}: a sentence on what it gives."), part=part)
            )
    if COLUMNS not in text.splitlines():
        line = line_with(text, "-- columns")
        yield Fault(STATEMENT, line or 1, Refusal(N_("The header ends with the line {line}."), line=COLUMNS))
    declared = {*MOMENT, *(name for row in pack.point.dated_parameters for name in row if name != "from")}
    for name in sorted(header.parameters.keys() - declared):
        message = N_("The header has the parameter {name}, which point.toml does not declare.")
        yield Fault(STATEMENT, line_with(text, f"--   {name} ("), Refusal(message, name=name))
    used = {*re.findall(r"\$([a-z_]+)", header.sql)}
    for name in sorted((declared | used) - header.parameters.keys()):
        message = N_("The header lacks the parameter {name}: --   {name} (type): its meaning.")
        yield Fault(STATEMENT, line_with(text, "-- parameters") or 1, Refusal(message, name=name))

"""Reading loaded exports anew from their stored cells, by what is said and known today.

An export whose rows then have other values, or are rejected or not, is recorded as a new import of the same file, and
the one that it takes the place of is revoked. Figures of an earlier moment, and reviews that rest on it, stay as they
were.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from compliance.core.language import N_
from compliance.core.remembering import cached_property
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, Words, table_columns
from compliance.loading.matching import referring_fields, translate_keys
from compliance.loading.meanings import meanings, with_meanings
from compliance.loading.stored import stored_matches
from compliance.loading.storing import fact_read_anew, facts_of_dates, returned_rows
from compliance.loading.validating import LOADED, UNSHOWN, Summary, insert_typed, stored_values, validate
from compliance.reading.mapping import ColumnMapping, saved_mappings
from compliance.reading.recognising import Match
from compliance.store.database import EVERYTHING_KNOWN, Cursor, next_number, rows

# Why an import that was read anew is revoked.
WHY: Final = N_("its cells were read anew")
# That nobody has said whether the dates of a column begin with the day or the month.
UNDECIDED: Final = ("either_first", "month_first")
# What is noticed again of cells that are read anew.
NOTICED_ANEW: Final = ("mended", "read_anew", *UNDECIDED)
# The reasons for which a cell, or a whole row, is not among the stored cells as it was.
NOT_STORED: Final = (*sorted(UNSHOWN), "too_long")
# The tables whose rows are the same for cells that are read anew.
SAME: Final = ("import_columns", "import_rows")
# Days between the two systems of serial dates.
SYSTEMS_APART: Final = timedelta(days=1462)


@dataclass(frozen=True)
class Anew:
    """An import that was read anew: its number, that of the import it takes the place of, and how many rows differ."""

    import_id: int
    earlier: int
    changed: int


@dataclass(frozen=True)
class Rules:
    """What exports are read by today."""

    sources: Mapping[str, Source]
    words: Words


def readable(cursor: Cursor) -> list[dict[str, Any]]:
    """The imports that can be read anew: those that count on some day and whose cells are stored."""
    return rows(cursor, statement("imports_to_read_anew"), {"known_at": EVERYTHING_KNOWN})


def read_anew(cursor: Cursor, imports: Collection[int], rules: Rules, *, who: str) -> list[Anew]:
    """Read some imports anew, and record those that differ as new ones.

    What completes a file counts after it, so what was loaded after one that is recorded again is as well.
    """
    done: list[Anew] = []
    after: set[tuple[int, str]] = set()
    for row in readable(cursor):
        whose = row["organisation_id"], row["source"]
        follows = row["completes"] and whose in after
        if row["source"] not in rules.sources or not (row["import_id"] in imports or follows):
            continue
        reading = _read(cursor, row, rules)
        if reading and (reading.differs or reading.dates_decided or follows):
            after.add(whose)
            done.append(_record(cursor, reading, who=who))
        elif reading:
            _notice(cursor, reading)
    return done


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """An import whose cells have just been read into `typed` and `found_problems`."""

    cursor: Cursor
    row: dict[str, Any]
    source: Source
    matches: list[Match]
    summary: Summary
    facts: list[dict[str, Any]]

    @property
    def import_id(self) -> int:
        """The import whose cells were read."""
        number: int = self.row["import_id"]
        return number

    @cached_property
    def changed(self) -> int:
        """How many of its rows have other values than before, or are rejected and were not, or the other way."""
        names = ", ".join(
            ["sheet_number", "sheet", "row", *(n for f in self.source.fields for n, _ in table_columns(f))]
        )
        sql = statement("rows_read_otherwise").replace("{source}", self.source.id).replace("{columns}", names)
        sql = sql.replace("{values}", ", ".join(stored_values(self.source))).replace("{loaded}", LOADED)
        ((number,),) = self.cursor.execute(sql, {"import_id": self.import_id}).fetchall()
        return number  # type: ignore[no-any-return]

    @cached_property
    def differs(self) -> bool:
        """Whether its rows or its problems differ."""
        sql = statement("problems_found_otherwise")
        return bool(self.changed or self.cursor.execute(sql, {"import_id": self.import_id}).fetchall())

    @property
    def dates_decided(self) -> bool:
        """Whether it is known by now what the dates of one of its columns begin with."""
        return not self.undecided_before <= {*self.summary.ambiguous, *self.summary.month_first}

    @property
    def undecided_before(self) -> set[str]:
        """The fields of dates of which it was noticed that nobody has said what they begin with."""
        return {fact["what"] for fact in self.facts if fact["fact"] in UNDECIDED}


def _read(cursor: Cursor, row: dict[str, Any], rules: Rules) -> _Reading | None:
    """Read the stored cells of an import; None if they cannot be."""
    source = rules.sources[row["source"]]
    facts = rows(cursor, statement("facts_of_import"), {"import_id": row["import_id"]})
    matches = stored_matches(cursor, row["import_id"], source, _mappings(cursor, row, facts))
    if not matches or any(f.name not in m.columns for m in matches for f in source.required):
        return None
    matches = with_meanings(matches, meanings(cursor, row["organisation_id"]))
    system = any(fact["fact"] == "date1904" for fact in facts)
    reading = _validated(cursor, row, matches, rules.words, facts, date1904=system)
    if not system and _is_of_other_system(reading):
        return _validated(cursor, row, matches, rules.words, facts, date1904=True)
    return reading


def _mappings(cursor: Cursor, row: dict[str, Any], facts: list[dict[str, Any]]) -> list[ColumnMapping]:
    """The mappings by which an import was loaded: those of its moment, if one was in effect for it."""
    if not any(fact["fact"] == "mapped" for fact in facts):
        return []
    first = next((fact["number"] for fact in facts if fact["fact"] == "read_anew"), row["import_id"])
    [loaded] = rows(cursor, statement("import_by_number"), {"import_id": first})
    return [mapping.columns for mapping in saved_mappings(cursor, known_at=loaded["imported_at"])]


def _validated(
    cursor: Cursor,
    row: dict[str, Any],
    matches: list[Match],
    words: Words,
    facts: list[dict[str, Any]],
    *,
    date1904: bool,
) -> _Reading:
    source = matches[0].source
    summary = validate(cursor, matches, words, date1904=date1904)
    cursor.execute(statement("problems_not_stored"), {"import_id": row["import_id"], "reasons": [*NOT_STORED]})
    if not any(fact["fact"] == "returned_to" for fact in facts):
        mended = {"sha256": row["sha256"], "source": row["source"], "known_at": EVERYTHING_KNOWN}
        cursor.execute(statement("without_mended"), mended | {"single": len(matches) == 1})
    for fact in facts:
        if fact["fact"] == "matched_by":
            whose = {"organisation_id": row["organisation_id"], "day": row["extract_date"]}
            translate_keys(cursor, source, fact["what"], **whose)
            _keep_keys(cursor, source, row["import_id"])
    return _Reading(cursor, row, source, matches, summary, facts)


def _keep_keys(cursor: Cursor, source: Source, import_id: int) -> None:
    """Leave the keys of loaded rows as they were matched: the export that they refer to may be another by now."""
    for field in referring_fields(source):
        sql = statement("keys_as_stored").replace("{source}", source.id).replace("{field}", field.name)
        cursor.execute(sql, {"import_id": import_id})


def _is_of_other_system(reading: _Reading) -> bool:
    """Whether some date is a serial of the 1904 system, which earlier versions did not note."""
    times = [name for f in reading.source.fields if f.type in {"date", "datetime"} for name, _ in table_columns(f)]
    apart = " or ".join(
        f"date_diff('day', cast(n.{name} as timestamp), cast(t.{name} as timestamp)) = {SYSTEMS_APART.days}"
        for name in times
    )
    sql = statement("dates_apart").replace("{source}", reading.source.id).replace("{apart}", apart or "false")
    return bool(reading.cursor.execute(sql, {"import_id": reading.import_id}).fetchall())


# --- Recording ----------------------------------------------------------------------------------------------------


def _record(cursor: Cursor, reading: _Reading, *, who: str) -> Anew:
    """Record what was read as a new import, and revoke the one whose cells it was read from."""
    earlier, number = reading.import_id, next_number(cursor, "import")
    both = {"import_id": number, "earlier": earlier}
    ((loaded, rejected, warnings),) = cursor.execute(statement("counts_found").replace("{loaded}", LOADED)).fetchall()
    cursor.execute(
        statement("add_import_anew"), both | {"who": who, "loaded": loaded, "rejected": rejected, "warnings": warnings}
    )
    for table in SAME:
        cursor.execute(statement("copy_of_import").replace("{table}", table), both)
    cursor.execute(statement("add_problems"), {"import_id": number})
    _add_facts(cursor, reading, number)
    insert_typed(cursor, reading.source, import_id=number)
    cursor.execute(statement("revoke"), {"import_id": earlier, "who": who, "why": WHY})
    what = f"import {number}: {reading.source.id}, {reading.row['file']}, read anew from import {earlier}"
    cursor.execute(statement("add_event"), {"who": who, "action": "load", "what": what})
    return Anew(number, earlier, reading.changed)


def _add_facts(cursor: Cursor, reading: _Reading, number: int) -> None:
    """Record what was noticed of the file before, and what is noticed of its cells now."""
    before = {"import_id": number, "earlier": reading.import_id, "noticed_anew": [*NOTICED_ANEW]}
    cursor.execute(statement("facts_anew"), before)
    sql = "select distinct sheet_number, row from found_problems where kind = 'rejected'"
    rejected = {(sheet, row) for sheet, row in cursor.execute(sql).fetchall()}
    first = next((fact["number"] for fact in reading.facts if fact["fact"] == "read_anew"), reading.import_id)
    facts = [fact_read_anew(first), *facts_of_dates(reading.summary)]
    facts += [fact for match in reading.matches for fact in returned_rows(match, rejected)]
    cursor.execute(statement("add_import_facts"), {"import_id": number, "facts": facts})


def _notice(cursor: Cursor, reading: _Reading) -> None:
    """Record what an earlier version did not notice of dates."""
    facts = [fact for fact in facts_of_dates(reading.summary) if fact["what"] not in reading.undecided_before]
    if facts:
        cursor.execute(statement("add_import_facts"), {"import_id": reading.import_id, "facts": facts})

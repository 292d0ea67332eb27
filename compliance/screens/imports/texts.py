"""The texts of the page of imports: what a file was recognised as, what it changes, and the history. No Streamlit."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, begun, bold
from compliance.correcting import doubts
from compliance.correcting.doubts import Code, Doubt
from compliance.correcting.returning import Change
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.declarations.sources import Source, spoken
from compliance.drawing import charts, incidents
from compliance.intake import receipts
from compliance.loading.asking import Keys, told_of_keys
from compliance.loading.comparing import Comparison, Unmatched
from compliance.loading.loading import FORMULAS, REPLACED, Receipt
from compliance.loading.parts import UNHEARD
from compliance.loading.purges import Purged, purged_text
from compliance.loading.rereading import WHY as READ_ANEW
from compliance.loading.validating import REASONS, UNSHOWN, no_answers_text, withheld_text
from compliance.reading.recognising import Match
from compliance.reading.repeating import repeated_text, second_text
from compliance.reading.sheets import Workbook
from compliance.screens.people_texts import recorded
from compliance.store.database import Rows
from compliance.wording import phrases
from compliance.wording.tables import Column, Table, field, table

# Stands for a file until the sentence has its own words for it.
FILE: Final = "\0"


def of_file(refusal: Refusal, name: str, say: Language) -> str:
    """The sentence of a refusal that stands beside the name of its file, and so does not repeat it."""
    file = str(refusal.values.get("file", ""))
    if not name or not file.startswith(name):
        return say.refusal(refusal)
    marked = Refusal(refusal.message, **{**refusal.values, "file": FILE + file.removeprefix(name)})
    ours = say(N_("the file"))
    named = re.compile(f"({re.escape(ours)} )?{FILE}", re.IGNORECASE)
    return begun(named.sub(lambda found: (found[1] or ours).rstrip(), say.refusal(marked)))


def source_name(id_: str, sources: Mapping[str, Source], say: Language) -> str:
    """The title of a source, or the id of one that is no longer declared."""
    return say.pick(sources[id_].title) if id_ in sources else id_


def source_names(ids: Iterable[str], sources: Mapping[str, Source], say: Language) -> str:
    """The titles of sources, separated by commas."""
    return ", ".join(say.pick(sources[id_].title) for id_ in ids if id_ in sources)


def waiting(
    after: Sequence[Coverage],
    dropped: set[tuple[str, str]],
    existing: set[tuple[str, str]],
    sources: Mapping[str, Source],
    say: Language,
) -> list[str]:
    """Which other exports are still needed by the points of the `dropped` sources, each with its organisation."""
    # of several organisations a point is named once
    lacking: dict[tuple[str, ...], dict[str, None]] = {}
    for figure in after:
        needs = [(figure.organisation, id_) for id_ in figure.point.needs]
        missing = tuple(id_ for own, id_ in needs if (own, id_) not in existing)
        if missing and dropped.intersection(needs):
            lacking.setdefault(missing, {})[str(figure.point.number)] = None
    return [
        say.plural(
            "Point {points} can be counted once {sources} is loaded too.",
            "Points {points} can be counted once {sources} is loaded too.",
            len(numbers),
            points=phrases.listed([*numbers], say),
            sources=source_names(missing, sources, say),
        )
        for missing, numbers in lacking.items()
    ]


# --- What a file was recognised as --------------------------------------------------------------------------------

FOUND_BY: Final = {
    "said": N_("as you said"),
    "heading": N_("from above the headings"),
    "file_name": N_("from the file name"),
    "modified": N_("the day the workbook was last changed"),
    "arrival": N_("the day the file came"),
}


def kind_text(workbook: Workbook, say: Language) -> str:
    """The kind of a file if its ending says another; else nothing."""
    ending = workbook.name.rpartition(".")[2].lower() if "." in workbook.name else ""
    if ending in {workbook.kind, "txt"} or not ending:
        return ""
    return say(N_("The content of the file is {kind}, not {ending}."), kind=workbook.kind, ending=ending)


def receipt_pairs(
    receipt: Receipt, comparison: Comparison, workbook: Workbook, points: Sequence[Point], say: Language
) -> list[charts.Pair]:
    """What a file, or a part of it, was recognised as and why; its rows and the changes in them; its points."""
    summary = receipt.summary
    counts_of_rows = row_counts(summary.loaded, summary.rejected, say)
    about = [str(point.number) for point in points if receipt.source.id in {*point.needs, *point.uses}]
    return [
        charts.Pair(say(N_("Taken for")), bold(say.pick(receipt.source.title)), why(receipt.matches, workbook, say)),
        charts.Pair(say(N_("Rows")), counts_of_rows, moved(comparison, say)),
        *([charts.Pair(say(N_("Feeds")), ", ".join(about))] if about else []),
    ]


def row_counts(loaded: int, rejected: int, say: Language) -> str:
    """How many rows of a file are accepted and rejected."""
    text = N_("Accepted: **{n}**. Rejected: **{rejected}**.")
    return say(text, n=say.number(loaded), rejected=say.number(rejected))


def rejected_text(number: int, say: Language) -> str:
    """How many rows are rejected."""
    count = phrases.counted(number, say)
    return say.plural("{count} row is rejected.", "{count} rows are rejected.", number, count=count)


def warned_text(number: int, say: Language) -> str:
    """How many values have a warning."""
    count = phrases.counted(number, say)
    return say.plural("{count} value has a warning.", "{count} values have a warning.", number, count=count)


def moved(comparison: Comparison, say: Language) -> str:
    """How many rows are new, changed and gone since the previous export."""
    if comparison.earlier is None:
        return say(N_("No earlier export of this kind is loaded."))
    new, changed, gone = comparison.new, comparison.changed, comparison.gone
    counted = {
        say.plural("{count} new row", "{count} new rows", new, count=say.in_words(new)): new,
        say.plural("{count} changed", "{count} changed", changed, count=say.in_words(changed)): changed,
        say(N_("{count} gone"), count=say.in_words(gone)): gone,
    }
    parts = [text for text, number in counted.items() if number]
    what = phrases.listed(parts, say) if parts else say(N_("the same rows"))
    return say(N_("Compared with {day}: {what}."), day=say.date(comparison.earlier[1]), what=what)


def why(matches: Sequence[Match], workbook: Workbook, say: Language) -> str:
    """Why sheets were recognised: the number of known columns, and the heading row."""
    text = N_("{known} of {width} columns recognised, headings in row {row}.")
    found = [(m.sheet.name, say(text, known=len(m.known), width=m.width, row=m.heading_row)) for m in matches]
    parts = [f"{name}: {part}" if name else part for name, part in found]
    return " ".join(filter(None, [*parts, kind_text(workbook, say)]))


def doubt_text(doubt: Doubt, sources: Mapping[str, Source], say: Language) -> str:
    """A doubt that a file is the right one, or that it is read correctly."""
    if doubt.code == "unmatched":
        return unmatched_text(doubt.values["unmatched"], sources, say)
    text = DOUBTS.get(doubt.code)
    return text(say, **doubt.values) if text else say.refusal(Refusal(PLAIN[doubt.code], **doubt.values))


def _replaces_text(say: Language, files: Sequence[str]) -> str:
    return say.plural(
        "Replaces {files} of the same extract date. Tick Completes if both should count.",
        "Replaces {files} of the same extract date. Tick Completes if all should count.",
        len(files),
        files=phrases.listed(files, say),
    )


def _by_chance_text(say: Language, columns: Sequence[str]) -> str:
    return say.plural(
        "The numbers in the column {columns} look like personal identity numbers, but most have a wrong check "
        "digit, so they are read as they are. Check that it holds none.",
        "The numbers in the columns {columns} look like personal identity numbers, but most have a wrong check "
        "digit, so they are read as they are. Check that they hold none.",
        len(columns),
        columns=", ".join(columns),
    )


def _formulas_text(say: Language, file: str, n: int) -> str:
    return of_file(Refusal(FORMULAS, file=file, n=say.number(n)), file, say)


def _keys_text(say: Language, source: Source, keys: Keys) -> str:
    return f"{told_of_keys(source, keys, say)} {say(N_('Check that it is the right file, and all of it.'))}"


def _shrunk_text(say: Language, n: int, before: int) -> str:
    return say(doubts.SHRUNK, n=say.number(n), before=say.number(before))


def _lost_text(say: Language, columns: Sequence[str]) -> str:
    return say(doubts.LOST, columns=", ".join(columns))


def _answers_alone_text(say: Language, source: Source) -> str:
    text = N_("No full export of {source} is loaded, so the figures would rest on these answers alone.")
    return say(text, source=say.pick(source.title))


# The sentences of doubts that need no more than their values, and of those that put them into other words.
PLAIN: Final[Mapping[Code, str]] = {
    "other_organisation": doubts.OTHER_ORGANISATION,
    "future": doubts.FUTURE,
    "newer": N_("There is a newer export, of {newer}. This one changes only figures of days before that."),
    "likely_owner": doubts.LIKELY_OWNER,
    "unfamiliar": doubts.UNFAMILIAR,
    "unheard": UNHEARD,
}
DOUBTS: Final[Mapping[Code, Callable[..., str]]] = {
    "replaces": _replaces_text,
    "by_chance": _by_chance_text,
    "formulas": _formulas_text,
    "keys": _keys_text,
    "shrunk": _shrunk_text,
    "lost": _lost_text,
    "answers_alone": _answers_alone_text,
    "rejected": lambda say, n: rejected_text(n, say),
}


def unmatched_text(unmatched: Unmatched, sources: Mapping[str, Source], say: Language) -> str:
    """How many keys the other export lacks, with examples."""
    return say(
        N_("{missing} of {of} in {field} are not found in {source}: {examples}{more}"),
        missing=say.number(unmatched.missing),
        of=say.number(unmatched.of),
        field=say.pick(unmatched.field.texts),
        source=say.pick(sources[unmatched.target].title),
        examples=", ".join(unmatched.examples),
        more=", …" if unmatched.missing > len(unmatched.examples) else ".",
    )


def fit_text(unmatched: Unmatched, sources: Mapping[str, Source], say: Language) -> str:
    """Which column of the other export has the keys."""
    fit = unmatched.fit
    return say(
        N_("The column {column} of {source} knows {known} of them."),
        column=fit.heading if fit else "",
        source=say.pick(sources[unmatched.target].title),
        known=say.number(fit.known if fit else 0),
    )


def remarks(receipt: Receipt, workbook: Workbook, say: Language) -> list[str]:
    """Remarks on a file before it is loaded."""
    dropped = ", ".join(dict.fromkeys(column.heading for match in receipt.matches for column in match.dropped))
    titles = {name: columns[0].heading for match in receipt.matches for name, columns in match.columns.items()}
    ambiguous = ", ".join(titles.get(name, name) for name in receipt.summary.ambiguous)
    said = {
        (name, word): f"{spoken(titles.get(name, name), titles.values())}: {word} ({say.number(n)})"
        for name, word, n in receipt.summary.unknown_words
    }
    counted = {each: receipt.source.field(each[0]) for each in said if receipt.source.field(each[0]).empty_is}
    words = [text for each, text in said.items() if each not in counted]
    of_empty: dict[str, list[str]] = {}
    for each, known in counted.items():
        of_empty.setdefault(say.pick(known.word(known.empty_is or "")), []).append(said[each])
    texts = {
        say(
            N_("Replaces the rows that were returned earlier, in import {id}."),
            id=phrases.listed([str(number) for number, _ in receipt.replaces], say),
        ): receipt.replaces and _was_returned(receipt, "return"),
        say(N_("Completes what is loaded.")): receipt.marker,
        say(N_("Read as you have connected its columns.")): any(match.mapping for match in receipt.matches),
        say(receipts.DROPPED, columns=dropped): dropped,
        say(receipts.AMBIGUOUS, columns=ambiguous): ambiguous,
        say(N_("Answers that cannot be read (counted as unknown): {words}."), words="; ".join(words)): words,
        **{
            say(N_("Words that no list knows (counted as {meaning}): {words}."), meaning=name, words="; ".join(each)): 1
            for name, each in of_empty.items()
        },
        **_counted_remarks(receipt, workbook, say),
    }
    second = [second_text(match.second, say) for match in receipt.matches if match.second]
    return [*second, *(text for text, applies in texts.items() if applies)]


def without_meaning(receipt: Receipt) -> list[tuple[str, str, str, int]]:
    """The words, and the columns of dates, of which nobody has said what they mean.

    Each with its source and field, and in how many rows it is.
    """
    summary, source = receipt.summary, receipt.source
    headings = {name: columns[0].heading for match in receipt.matches for name, columns in match.columns.items()}
    every = summary.loaded + summary.rejected
    dates = [(name, headings.get(name, ""), every) for name in (*summary.ambiguous, *summary.month_first)]
    return [(source.id, *each) for each in (*summary.unknown_words, *dates)]


def _was_returned(receipt: Receipt, kind: str) -> bool:
    return receipt.marker is not None and receipt.marker.kind == kind


def unused(receipt: Receipt) -> list[str]:
    """The headings of the columns that no field is read from."""
    return list(dict.fromkeys(column.heading for match in receipt.matches for column in match.unused))


def loaded_text(receipt: Receipt, say: Language) -> str:
    """The result of loading a file: its rows, the id of its import, and how many rows were rejected."""
    summary = receipt.summary
    text = say.plural(
        "{count} row of {source} loaded as import {id}.",
        "{count} rows of {source} loaded as import {id}.",
        summary.loaded,
        count=phrases.counted(summary.loaded, say),
        source=say.pick(receipt.source.title),
        id=receipt.import_id,
    )
    if not summary.rejected:
        return text
    rest = rejected_text(summary.rejected, say)
    withheld = withheld_text(summary.withheld, say) if summary.withheld else ""
    return f"{text} {rest} {withheld}".strip()


def _counted_remarks(receipt: Receipt, workbook: Workbook, say: Language) -> dict[str, int]:
    """Remarks that are a count, each sentence with its count."""
    masked, cut, errors, warnings = workbook.masked, workbook.cut, receipt.error_cells, receipt.summary.warnings
    repeated = sum(match.repeated for match in receipt.matches)
    count = partial(phrases.counted, say=say)
    return {
        say.plural(
            "{count} personal identity number has been masked.",
            "{count} personal identity numbers have been masked.",
            masked,
            count=count(masked),
        ): masked,
        say.plural(
            "{count} column or cell far outside the table is left out.",
            "{count} columns or cells far outside the table are left out.",
            cut,
            count=count(cut),
        ): cut,
        say.plural(
            "{count} error cell is read as empty.",
            "{count} error cells are read as empty.",
            errors,
            count=count(errors),
        ): errors,
        no_answers_text(receipt.summary.no_answers, say): receipt.summary.no_answers,
        repeated_text(repeated, say): repeated,
        warned_text(warnings, say): warnings,
    }


def of_first_rows(problems: Rows, most: int) -> tuple[Rows, int]:
    """The problems of the first `most` rows with problems, and the number of such rows: one row may have several."""
    places = list(dict.fromkeys((problem["sheet_number"], problem["row"]) for problem in problems))
    shown = set(places[:most])
    return [problem for problem in problems if (problem["sheet_number"], problem["row"]) in shown], len(places)


def _value(problem: Mapping[str, Any], say: Language) -> str:
    if problem["reason"] in UNSHOWN:
        return say(N_("(not kept)"))
    return phrases.as_read(problem["value"] or say(N_("(empty)")))


# Rejected values and those loaded as empty: where, what, and what to do.
PROBLEMS: Final[Sequence[Column[Mapping[str, Any]]]] = (
    Column(N_("Sheet"), field("sheet"), nowrap=True),
    Column(N_("Row"), field("row"), numeric=True),
    Column(N_("Column"), lambda problem, _: problem["column"] or "", strong=True, nowrap=True),
    Column(N_("Value"), _value, nowrap=True),
    Column(N_("What is wrong and what to do"), lambda problem, say: say(REASONS[problem["reason"]])),
)
# The corrections in returned rows: row, column, earlier and new value.
CORRECTIONS: Final[Sequence[Column[Change]]] = (
    Column(N_("Row"), lambda change, _: change.row, numeric=True),
    Column(N_("Column"), lambda change, _: change.column, strong=True, nowrap=True),
    Column(N_("Before"), lambda change, say: change.before or say(N_("(empty)"))),
    Column(N_("After"), lambda change, say: change.now or say(N_("(empty)"))),
)


def problem_table(problems: Rows, say: Language) -> Table:
    """Problems, each with its sheet if they are of several."""
    several = len({problem["sheet_number"] for problem in problems}) > 1
    return table(PROBLEMS, problems, say, without=() if several else (N_("Sheet"),))


class Standing(NamedTuple):
    """All imports, and the ids of those that the figures of a day rest on."""

    day: date
    counting: AbstractSet[int]
    imports: Rows


def history_table(
    imports: Rows, standing: Standing, sources: Mapping[str, Source], address: Callable[[int], str], say: Language
) -> Table:
    """The imports, including revoked ones, each with a link that opens it."""
    columns: Sequence[Column[Mapping[str, Any]]] = (
        Column(N_("Import"), lambda row, _: str(row["import_id"]), numeric=True),
        Column(N_("Export"), lambda row, say: source_name(row["source"], sources, say)),
        Column(N_("File"), lambda row, _: charts.row_link(row["file"], address(row["import_id"])), row_header=True),
        Column(N_("Extract date"), lambda row, _: str(row["extract_date"]), nowrap=True),
        Column(N_("Rows"), field("loaded"), numeric=True),
        Column(N_("Rejected"), field("rejected"), numeric=True),
        Column(N_("Loaded"), lambda row, say: incidents.two_lines(*_moment_and_who(row, say)), nowrap=True),
        Column(N_("State"), lambda row, say: state(row, standing, say)),
    )
    return table(columns, imports, say)


def _moment_and_who(row: Mapping[str, Any], say: Language) -> tuple[str, str]:
    """When an import was loaded, as short as an extract date is, and by whom."""
    at = clock.local(row["imported_at"])
    return f"{at.date()} {say.clock(at)}", say(N_("by {who}"), who=recorded(row["imported_by"], say))


def state(row: Mapping[str, Any], standing: Standing, say: Language) -> str:
    """Whether an import counts, and if not, why; and when its rows of persons were purged."""
    text = _counting(row, standing, say)
    if not row["purged_at"]:
        return text
    return f"{text}; {purged_text(Purged(clock.local_day(row['purged_at']), row['diary']), say)}"


def _counting(row: Mapping[str, Any], standing: Standing, say: Language) -> str:
    if row["revoked_at"]:
        moment, who = say.moment(clock.local(row["revoked_at"])), recorded(row["revoked_by"], say)
        why = say(row["why"]) if row["why"] in {REPLACED, READ_ANEW} else row["why"]
        return say(N_("Revoked {moment} by {who}: {why}"), moment=moment, who=who, why=why)
    if row["import_id"] in standing.counting:
        return say(N_("Counts, completes another file")) if row["completes"] else say(N_("Counts"))
    return _not_counting(row, standing, say)


def _not_counting(row: Mapping[str, Any], standing: Standing, say: Language) -> str:
    """Which import counts in the place of one, and on which days."""
    later = _later(row, standing.imports)
    if same := [id_ for day, id_ in later if day == row["extract_date"]]:
        return say(N_("Replaced by import {id}"), id=max(same))
    if row["extract_date"] > standing.day:
        return say(N_("Counts from {day}"), day=say.date(row["extract_date"]))
    if not later or row["purged_at"]:
        return say(N_("Does not count"))
    day = min(later)[0]
    newer = max(id_ for other, id_ in later if other == day)
    return say(N_("Older than import {id}; counts only before {day}"), day=say.date(day), id=newer)


def _later(row: Mapping[str, Any], imports: Rows) -> list[tuple[date, int]]:
    """The extract dates and the ids of the whole exports that take the place of an import."""
    return [
        key
        for other in imports
        if (other["organisation"], other["source"]) == (row["organisation"], row["source"])
        and not (other["revoked_at"] or other["completes"])
        and (key := (other["extract_date"], other["import_id"])) > (row["extract_date"], row["import_id"])
    ]

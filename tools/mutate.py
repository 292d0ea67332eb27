"""Breaks each clause of each statement once and tells which breaks no worked example notices.

    python -m tools.mutate                      every point, the macros, and what `app` has examples for
    python -m tools.mutate points/access macros figures/object_leaders

`compliance.checking.breaking` says what a mutant is. One that changes no answer whatever the data stands in EQUIVALENT
with its reason.
"""

from __future__ import annotations

import re
import sys
from fnmatch import fnmatch

from compliance.checking.breaking import EQUAL, Bench, Mutant, Statement, mutants
from compliance.checking.examples import Case, Mistake
from compliance.core.places import QUERIES
from compliance.counting import assessing
from compliance.declarations.queries import text_of, without_comments
from compliance.store.database import Cursor
from compliance.store.file import connect
from tests.examples.harness import EXAMPLES, cases, check, fill, statement_of

# (place, part of the mutant's name): why no data can tell it from the original. A place may have a `*`.
EQUIVALENT: dict[tuple[str, str], str] = {("points/*", part): why for part, why in EQUAL.items()} | {
    ("app/coverage", "max → min   …select as_of"): "a department has one spelling",
    ("app/coverage", "order by without point"): "the figures are asked for point by point",
    ("app/coverage", "point desc"): "the figures are asked for point by point",
    ("app/coverage", "order by without level"): "the figures of one level are shown",
    ("app/coverage", "level desc"): "the figures of one level are shown",
    (
        "app/pace_days",
        "inner → left   …known_at := $known_at) as i",
    ): "an organisation has a name before it has an import",
    ("app/pace_days", "inner → left   …as o using (organisation_id)"): "a source that no point needs is of no point",
    ("app/pace_days", "inner → left   …on lower(o.organisation) = l.organisation_key"): "what is null is not near",
    ("points/classification", "drop coalesce   …least("): "least does not see what is null",
    ("points/classification", "'9999-12-31' → another"): "12 months after a day of the past come first",
    ("points/dpia", "drop coalesce   …as processing_key"): "where the count is null, only `required` decides",
    ("points/dpia", "0 - 1"): "none is fewer than any least number",
    (
        "points/dpia",
        "bool_or → bool_and   …>= $least",
    ): "a row that is not Nej requires or says nothing, and what requires wins",
    ("points/dpia", "drop and coalesce(criteria, 0) < "): "enough criteria require, and what requires wins",
    ("points/dpia", "only the second   …required, bool_or(not"): "enough criteria require, and what requires wins",
    ("points/dpia", "< → <=   …and coalesce(criteria"): "enough criteria require, and what requires wins",
    ("points/dpia", "drop and next_review < $as_of"): "asked only where no approved one is without an overdue review",
    ("points/dpia", "< → <=   …decided <= $as_of and next_review"): "a review of the day itself is approved already",
    ("points/nis_reporting", "…null and exists ( select⟨1⟩"): "what exists is not read",
    ("points/procurement", "starts_with → contains"): "no other judgement has the word in it",
    ("macros/days_done", "'/' → another"): "what is joined is the same for the same two parts",
    ("macros/units_written", "'/' → another"): "what is joined is the same for the same two parts",
    ("macros/deadline_day", "24 - 1   …"): "6, 24 and 72 hours are as many whole days of 23 hours",
    ("macros/sent_in_time", "24 - 1   …as date) <= "): "6, 24 and 72 hours are as many whole days of 23 hours",
    (
        "macros/sent_in_time",
        "24 + 1   …as date) >= ",
    ): "6, 24 and 72 hours are as many whole days of 25 hours and one more",
    ("macros/still_time", "24 - 1   …"): "6, 24 and 72 hours are as many whole days of 23 hours",
    ("macros/incident_reports_at", "drop when stage <> 'final_report' then null"): "the point asks it of final reports",
    ("macros/staffed_units_at", "mode → min"): "only whether the unit is silent is read",
    (
        "macros/staffed_units_at",
        "'unit' → another   …) as unit_key, mode(renamed(",
    ): "only whether the unit is silent is read",
    (
        "macros/staffed_units_at",
        "drop distinct   …known_at)) as unit, count(",
    ): "only whether the unit is silent is read",
    ("macros/imports_with_purged_at", "inner → left"): "an organisation has a name before it has an import",
    ("macros/imports_with_purged_at", "⟨0⟩"): "import numbers begin at 1",
    ("macros/courses_said_at", "inner → left"): "what is said of an organisation without a name joins nothing",
    ("macros/chosen_imports", "drop where source"): "every source has a table of its own, and an import one source",
    ("macros/*_at", "inner → left   …t.* from"): "a row without an organisation joins nothing",
    ("macros/*_at", "row_number → rank"): "no two rows have the same place in the same import",
    ("macros/units_at", "⟨1⟩as preference"): "still before 2",
    ("macros/units_at", "⟨2⟩from systems_at"): "still after 1",
    ("macros/units_at", "drop unit is not null and"): "what is null joins nothing",
    ("macros/units_at", "drop where unit is not null"): "what is null joins nothing",
    ("macros/units_at", "drop where department is not null"): "what is null joins nothing",
    ("macros/units_at", "inner → left"): "a unit that is placed has a spelling, and so has its department",
    ("macros/course_items", "drop and passed is not true"): "a pass that counts is judged before what was started",
    ("macros/course_items", "drop and completed_later"): "who has failed is judged before who has started",
    ("macros/systems_described_at", "inner → left"): "what describes a system describes each that is in use",
    ("macros/systems_in_use_at", "(object_leader order by"): "only whether there is one is read",
    ("macros/systems_in_use_at", "first(object_leader"): "only whether there is one is read",
    ("macros/systems_in_use_at", "…object_leader order by"): "only whether there is one is read",
    ("macros/systems_in_use_at", "first(file order by"): "an import has one file",
    ("macros/systems_in_use_at", "…file order by"): "an import has one file",
    ("macros/systems_in_use_at", "…sheet order by import_id, sheet_number,"): "a sheet has one name",
}

# --- running -----------------------------------------------------------------------------------


def _macros() -> dict[str, str]:
    """The macros by name, each with the statement that makes it."""
    text = without_comments("".join(map(text_of, ("macros.sql", "sources.sql"))))
    made = [part.strip() for part in re.split(r"(?=create or replace macro)", text) if part.strip()]
    return {re.match(r"create or replace macro (\w+)", part)[1]: part for part in made}  # type: ignore[index]


def _used(sql: str, macros: dict[str, str]) -> set[str]:
    """The macros that a statement rests on, through others too."""
    found: set[str] = set()
    waiting = [sql]
    while waiting:
        words = set(re.findall(r"\b(\w+)\(", waiting.pop()))
        new = (words & macros.keys()) - found
        found |= new
        waiting += [re.split(r"\sas\s", macros[name], maxsplit=1)[1] for name in new]
    return found


def _asked(case: Case) -> str:
    """All the text that a case rests on."""
    sql = statement_of(case)
    if case.folder == "app" and case.id == "coverage":
        point = (QUERIES / "points" / f"{case.beside['point']}.sql").read_text("utf-8")
        return "\n".join([sql, point, *map(assessing.statement, ("units", "basis", "organisations"))])
    return sql


def _trial(cursor: Cursor, case: Case, changed: str) -> list[Mistake]:
    if case.folder != "app":
        return check(cursor, case, changed)
    if case.id == "items":
        return check(cursor, case, statement_of(case).removesuffix(assessing.statement("items")) + changed)
    if case.id != "coverage":
        return check(cursor, case, changed)
    original = assessing.statement
    assessing.statement = lambda name: changed if name == "coverage" else original(name)  # type: ignore[assignment]
    try:
        return check(cursor, case)
    finally:
        assessing.statement = original


def _examples(wanted: list[str]) -> dict[str, list[Case]]:
    paths = sorted(EXAMPLES.glob("*/*.toml"))
    found = {f"{path.parent.name}/{path.stem}": cases(path) for path in paths}
    unknown = [name for name in wanted if name not in found and name != "macros"]
    if unknown:
        sys.exit(f"There is no example {unknown[0]}. Choose macros or one of: {', '.join(found)}")
    return found


def run(wanted: list[str]) -> list[Mutant]:
    """Every mutant of what is wanted with its fate; of the points, `app` and the macros where nothing is."""
    found, bench, macros = _examples(wanted), _bench(), _macros()
    chosen = wanted or [name for name in found if name.startswith(("points/", "app/"))] + ["macros"]
    tried: list[Mutant] = []
    for name in chosen:
        if name == "macros":
            tried += _macro_mutants(bench, found, macros)
        else:
            made = mutants(name, without_comments(text_of(f"{name}.sql")))
            bench.try_all(found[name], made)
            tried += made
    return tried


def _bench() -> Bench:
    cursor = connect(":memory:")
    cursor.execute("set threads = 1")
    return Bench(cursor, fill, _trial)


def _try_macro(bench: Bench, examples: list[Case], *, tried: list[Mutant], original: str) -> None:
    """Mutants of a macro against every example that rests on it."""

    def trial(case: Case, changed: str) -> list[Mistake]:
        bench.cursor.execute(changed)
        wrong = check(bench.cursor, case)
        bench.cursor.execute(original)
        return wrong

    for case in examples:
        if not (living := [m for m in tried if m.fate == "alive"]):
            return
        bench.load(case)
        for mutant in living:
            bench.judge(case, mutant, lambda case=case, m=mutant: trial(case, m.text))
        bench.forget()


def _macro_mutants(bench: Bench, found: dict[str, list[Case]], macros: dict[str, str]) -> list[Mutant]:
    """Mutants of every macro that an example rests on; those with few macros are asked first, as they are fast."""
    rests = [(case, _used(_asked(case), macros)) for listed in found.values() for case in listed]
    rests.sort(key=lambda pair: (len(pair[1]), sum(len(t.lines) for t in pair[0].given.values())))
    tried: list[Mutant] = []
    for name, text in macros.items():
        examples = [case for case, used in rests if name in used]
        body = len(Statement(text[: text.index(")") + 1]).tokens)
        made = mutants(f"macros/{name}", text, first=body) if examples else []
        _try_macro(bench, examples, tried=made, original=text)
        tried += made
    return tried


def reason(mutant: Mutant) -> str | None:
    """Why the mutant is equivalent, or None."""
    return next((why for key, why in EQUIVALENT.items() if _is_of(mutant, key)), None)


def _is_of(mutant: Mutant, key: tuple[str, str]) -> bool:
    place, part = key
    return fnmatch(mutant.place, place) and part in mutant.name


def main() -> None:
    """Prints the survivors and the numbers; ends with an error where there is a survivor."""
    tried = run(sys.argv[1:])
    alive = [mutant for mutant in tried if mutant.fate == "alive"]
    survivors = [mutant for mutant in alive if not reason(mutant)]
    for mutant in survivors:
        print(f"SURVIVES {mutant.place}: {mutant.name}")
    for key in EQUIVALENT:
        if any(_is_of(m, key) for m in tried) and not any(_is_of(m, key) for m in alive):
            print(f"NO LONGER EQUIVALENT {key}")
    killed = sum(mutant.fate == "killed" for mutant in tried)
    unreadable = sum(mutant.fate == "unreadable" for mutant in tried)
    print(
        f"{len(tried) - unreadable} mutants: {killed} killed, {len(alive) - len(survivors)} equivalent, "
        f"{len(survivors)} survive ({unreadable} more are no SQL)"
    )
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()

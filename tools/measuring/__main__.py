"""How fast the product is on this machine, beside what a user would use instead.

`python -m tools.measuring` prints the tables of `make bench` and keeps them in docs/speed.md; with `viewers` it is that
of `make viewers`, with `region` that of many administrations. `python -m tools.measuring counting pages` measures these
groups alone and keeps nothing, and `--beside REV --times 3` each in turn with the same of another commit. Nothing is
asserted: times say something only beside other times of the same run. The last runs of this machine are kept, and each
line beside the best of them.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from compliance.core.places import ROOT
from compliance.demo import demo
from compliance.store.file import FileDatabase
from tools.measuring import arriving, machines, one, packed, region, viewers
from tools.measuring.lines import Measured, as_table, beside_commit, keep_run, kept_runs, medians, shown, to_best
from tools.measuring.stand import KEPT
from tools.readme import SPEED, keep

# What is measured, in the order of the tables.
TABLES: dict[str, dict[str, Callable[[Path, Path], Iterator[Measured]]]] = {
    "bench": one.GROUPS | packed.GROUPS | arriving.GROUPS,
    "machines": machines.GROUPS,
    "viewers": viewers.GROUPS,
    "region": region.GROUPS,
}
# What docs/speed.md has of these was chosen by hand from their lines.
BY_HAND = frozenset({"region"})
GROUPS = {name: group for groups in TABLES.values() for name, group in groups.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.measuring", description="Measure, and keep the tables.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"a table or a group: {', '.join([*TABLES, *GROUPS])}")
    parser.add_argument("--beside", metavar="REV", help="measure another commit too, in turn with this one")
    parser.add_argument("--times", type=int, default=1, help="how often, in turn: the medians count")
    parser.add_argument("--numbers", action="store_true", help="print the numbers alone, and keep nothing")
    given = parser.parse_args()
    names = given.names or ["bench", "machines"]
    if wrong := set(names) - {*TABLES, *GROUPS}:
        parser.error(f"no such table or group: {', '.join(sorted(wrong))}")
    for table, groups in TABLES.items():
        wanted = [group for group in groups if {table, group} & set(names)]
        if wanted and given.numbers:
            print(json.dumps([asdict(measured) for measured in measurements(wanted)]))
        elif wanted:
            measure(table, wanted, given.beside, times=given.times)


def measure(name: str, groups: list[str], revision: str | None, *, times: int) -> None:
    """Print a table; if it is whole, keep it, and the run: times say something only on the same machine."""
    history = KEPT / f"{name}.jsonl"
    found = in_turn(groups, revision, times=times) if revision else list(measurements(groups))
    text = as_table(found, to_best(found, kept_runs(history)))
    print(text)
    if groups == list(TABLES[name]):
        keep_run(history, found, commit=commit())
        if name not in BY_HAND:
            keep(SPEED, name, text)


def measurements(groups: list[str]) -> Iterator[Measured]:
    samples = KEPT / "samples.duckdb"
    demo.build(FileDatabase.at(samples))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for group in groups:
            for measured in GROUPS[group](samples, Path(folder)):
                print(f"{measured.what}: {shown(measured.ours, measured.unit)}", file=sys.stderr)
                yield measured


# --- beside another commit ----------------------------------------------------------------------------------------


def in_turn(groups: list[str], revision: str, *, times: int) -> list[Measured]:
    """The lines of this tree beside those of another commit: each group in both, one after the other, some times."""
    found = []
    with tree_of(revision) as other:
        for group in groups:
            runs: dict[Path, list[list[Measured]]] = {other: [], ROOT: []}
            for tree in [other, ROOT] * times:
                runs[tree].append(measured_in(tree, group))
            before = medians(runs[other]) if all(runs[other]) else []
            found += beside_commit(medians(runs[ROOT]), before)
    return found


def measured_in(tree: Path, group: str) -> list[Measured]:
    """The lines of a group as a tree has them; none if it cannot be measured, as where the commit has no such name."""
    command = [sys.executable, "-m", "tools.measuring", "--numbers", group]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True)
    if done.returncode and tree == ROOT:
        raise RuntimeError(f"{group} cannot be measured")
    return [Measured(**line) for line in json.loads(done.stdout)] if not done.returncode else []


@contextmanager
def tree_of(revision: str) -> Iterator[Path]:
    """A work tree of another commit with the tools of this one, which measure it, and with the same files to load."""
    with tempfile.TemporaryDirectory(prefix="beside-") as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--detach", tree, revision], cwd=ROOT, check=True)
        try:
            for name in ("tests", "tools"):
                shutil.copytree(ROOT / name, tree / name, dirs_exist_ok=True)
            (tree / "build" / "bench").mkdir(parents=True)
            for file in KEPT.glob("*.xlsx"):
                (tree / "build" / "bench" / file.name).symlink_to(file)
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)


def commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()

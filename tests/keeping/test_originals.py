"""What the intake has put away is removed once it is as old as the organisation allows; what is held never is."""

from datetime import timedelta

import pytest

from compliance.core import clock
from compliance.keeping.originals import remove_originals

FILES = (
    "loaded/7 ab Personal.csv",
    "loaded/7 ab Personal.csv.txt",
    "refused/2026-11-02 cd Fel.pdf",
    "held/ef Lista.csv",
)


@pytest.fixture
def root(tmp_path):
    for name in (*FILES, "in/Ny.csv"):
        path = tmp_path / "intake" / "Norra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    (tmp_path / "intake" / "Norra" / "loaded" / "länk.csv").symlink_to(tmp_path / "intake" / "Norra" / "in" / "Ny.csv")
    return tmp_path / "intake"


def left(root):
    return {path.relative_to(root / "Norra").as_posix() for path in root.rglob("*.*")}


def in_days(days):
    return clock.now() + timedelta(days, seconds=5)


def declare(root, days):
    (root.parent / "intake.toml").write_text(f"originals_days = {days}\n", "utf-8")


def test_what_was_put_away_before_the_days_goes_with_its_receipt(root):
    every = left(root)
    declare(root, 30)
    assert remove_originals(root, root.parent, now=in_days(29)) == (0, [])
    assert left(root) == every
    assert remove_originals(root, root.parent, now=in_days(30)) == (3, [])
    assert left(root) == {"held/ef Lista.csv", "in/Ny.csv", "loaded/länk.csv"}


def test_nothing_goes_where_no_days_are_declared(root):
    every = left(root)
    assert remove_originals(root, root.parent, now=in_days(4000)) == (0, [])
    assert left(root) == every


def test_what_cannot_be_read_or_found_is_told_and_removes_nothing(root):
    every = left(root)
    declare(root, '"many"')
    removed, [refusal] = remove_originals(root, root.parent, now=in_days(4000))
    assert (removed, "originals_days" in str(refusal)) == (0, True)
    assert left(root) == every
    declare(root, 30)
    assert remove_originals(root / "away", root.parent, now=in_days(40)) == (0, [])

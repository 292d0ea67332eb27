"""What the intake takes and when it holds, from data/intake.toml and the organisation's own file."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import INTAKE
from compliance.declarations.declared import UNKNOWN, build, read_with_own

# The longest that a file may have to lie still, and that originals may be kept.
MOST: Final = {"quiet_seconds": 86_400, "late_after_days": 366, "originals_days": 36_500}


@dataclass(frozen=True)
class Intake:
    """The values of data/intake.toml: seconds, days, and shares of 1.

    `changes` has the change of a point by its id, `days` the sources whose exports say no day of their own.
    """

    quiet_seconds: int
    temporary_begins: tuple[str, ...]
    temporary_ends: tuple[str, ...]
    change: float
    late_after_days: int
    originals_days: int
    changes: dict[str, float]
    days: dict[str, Literal["arrival"]]

    def change_of(self, point: str) -> float:
        """The change of a point's coverage above which a load is held."""
        return self.changes.get(point, self.change)


def load_intake(own: Path | None) -> Intake:
    """The values with those of the folder `own` merged over them. Raise Refusal if one is invalid."""
    table = read_with_own(INTAKE, own)
    usual = read_with_own(INTAKE, None)
    if unknown := sorted(table.keys() - usual.keys()):
        raise Refusal(UNKNOWN, file=INTAKE.name, key=unknown[0], known=", ".join(usual))
    intake = build(Intake, table, file=INTAKE.name)
    for key, most in MOST.items():
        if not 0 <= getattr(intake, key) <= most:
            text = N_("{file}: {key} is a whole number from {least} to {most}.")
            raise Refusal(text, file=INTAKE.name, key=key, least=0, most=most)
    for key, value in {
        "change": intake.change,
        **{f"changes.{id_}": each for id_, each in intake.changes.items()},
    }.items():
        if not 0 <= value <= 1:
            raise Refusal(N_("{file}: {key} is a share from 0 to 1, such as 0.10."), file=INTAKE.name, key=key)
    return intake


def refuse_unknown_ids(intake: Intake, *, points: Collection[str], sources: Collection[str]) -> None:
    """Raise Refusal if `changes` names a point, or `days` a source, that there is not."""
    for table, ids, known in (("changes", intake.changes, points), ("days", intake.days, sources)):
        for id_ in sorted(ids.keys() - {*known}):
            raise Refusal(UNKNOWN, file=INTAKE.name, key=f"{table}.{id_}", known=", ".join(sorted(known)))

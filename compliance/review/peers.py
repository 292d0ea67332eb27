"""The figures of a year as one small file, to compare organisations without sharing any data."""

import json
import re
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.loading.loading import clean_name
from compliance.review.dossier import Dossier

FORMAT: Final = "compliance figures 1"
ANY_FORMAT: Final = re.compile(rb'"format":\s*"compliance figures (?!1")\d+"')
MOST_BYTES: Final = 100_000
ID: Final = re.compile("[a-z][a-z0-9_]{0,60}")


@dataclass(frozen=True)
class Peer:
    """What an organisation says of a year: its name and, by the id of a point, met and the denominator."""

    organisation: str
    year: int
    as_of: str
    figures: dict[str, tuple[int, int]]

    def share(self, point_id: str) -> float | None:
        """A point's coverage, 0–1; None where there is none."""
        met, of = self.figures.get(point_id, (0, 0))
        return met / of if of else None


@dataclass(frozen=True)
class Compared:
    """A point among organisations: the least, the middle and the greatest coverage, and one's own."""

    point_id: str
    own: float | None
    least: float | None
    middle: float | None
    greatest: float | None
    organisations: int


def as_peer_file(dossier: Dossier) -> bytes:
    """The figures of a review: numbers of items, and nothing else of them."""
    figures = {
        answer.point.id: {"met": answer.now.met, "of": answer.coverage.of}
        for answer in dossier.points
        if answer.coverage.coverage is not None
    }
    told = {
        "format": FORMAT,
        "organisation": dossier.organisation,
        "year": dossier.year,
        "as_of": dossier.as_of.isoformat(),
        "figures": figures,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def as_peer(dossier: Dossier) -> Peer:
    """One's own review among the others."""
    return read_peer(as_peer_file(dossier), name=dossier.organisation)


def read_peer(content: bytes, *, name: str) -> Peer:
    """What a file of another organisation says; a Refusal where it is no such file."""
    if len(content) > MOST_BYTES:
        raise _no_peer(name)
    try:
        return _peer(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refusal) as error:
        raise (_of_another_version if ANY_FORMAT.search(content) else _no_peer)(name) from error


def _peer(told: dict[str, Any]) -> Peer:
    if told["format"] != FORMAT or type(told["year"]) is not int:
        raise ValueError(told["format"])
    return Peer(
        organisation=clean_name(told["organisation"]),
        year=told["year"],
        as_of=date.fromisoformat(told["as_of"]).isoformat(),
        figures={id_: _figure(given) for id_, given in told["figures"].items() if ID.fullmatch(id_)},
    )


def _figure(given: dict[str, Any]) -> tuple[int, int]:
    met, of = given["met"], given["of"]
    if not (type(met) is int and type(of) is int and 0 <= met <= of < 10**9):
        raise ValueError(given)
    return met, of


def _of_another_version(name: str) -> Refusal:
    return Refusal(
        N_("{file} was written by another version of this program. Ask for one from the same version."), file=name
    )


def _no_peer(name: str) -> Refusal:
    return Refusal(
        N_("{file} does not hold the figures of a review. Ask for the JSON file that the page of the review gives."),
        file=name,
    )


def compare(own: Peer, others: list[Peer]) -> list[Compared]:
    """Each point among all, oneself included; others count for the same year only, and the same figures once."""
    same: list[Peer] = []
    for peer in (own, *others):
        if peer.year == own.year and peer not in same:
            same.append(peer)
    ids = dict.fromkeys(id_ for peer in same for id_ in peer.figures)
    return [_compared(id_, own, same) for id_ in ids]


def _compared(id_: str, own: Peer, same: list[Peer]) -> Compared:
    shares = [share for peer in same if (share := peer.share(id_)) is not None]
    return Compared(
        point_id=id_,
        own=own.share(id_),
        least=min(shares, default=None),
        middle=median(shares) if shares else None,
        greatest=max(shares, default=None),
        organisations=len(shares),
    )

"""The figures of a year as one small file, to compare organisations without sharing other data."""

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
    """An organisation's figures of a year: its name and, by point id, met and the denominator."""

    organisation: str
    year: int
    as_of: str
    figures: dict[str, tuple[int, int]]

    def share(self, point_id: str) -> float | None:
        """A point's coverage, 0–1; None if there is none."""
        met, of = self.figures.get(point_id, (0, 0))
        return met / of if of else None


@dataclass(frozen=True)
class PeerComparison:
    """A point across organisations: the lowest, median and highest coverage, and one's own."""

    point_id: str
    own: float | None
    least: float | None
    middle: float | None
    greatest: float | None
    organisations: int


def as_peer_file(dossier: Dossier) -> bytes:
    """Return the figures of a review as a file: numbers of items, and nothing else about them."""
    figures = {
        answer.point.id: {"met": answer.now.met, "of": answer.coverage.of}
        for answer in dossier.points
        if answer.coverage.coverage is not None
    }
    document = {
        "format": FORMAT,
        "organisation": dossier.organisation,
        "year": dossier.year,
        "as_of": dossier.as_of.isoformat(),
        "figures": figures,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def as_peer(dossier: Dossier) -> Peer:
    """One's own review as a peer."""
    return read_peer(as_peer_file(dossier), name=dossier.organisation)


def read_peer(content: bytes, *, name: str) -> Peer:
    """Return the figures in a file of another organisation. Raise Refusal if it is no such file."""
    if len(content) > MOST_BYTES:
        raise _no_peer(name)
    try:
        return _peer(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refusal) as error:
        raise (_of_another_version if ANY_FORMAT.search(content) else _no_peer)(name) from error


def _peer(document: dict[str, Any]) -> Peer:
    if document["format"] != FORMAT or type(document["year"]) is not int:
        raise ValueError(document["format"])
    return Peer(
        organisation=clean_name(document["organisation"]),
        year=document["year"],
        as_of=date.fromisoformat(document["as_of"]).isoformat(),
        figures={id_: _figure(counts) for id_, counts in document["figures"].items() if ID.fullmatch(id_)},
    )


def _figure(counts: dict[str, Any]) -> tuple[int, int]:
    met, of = counts["met"], counts["of"]
    if not (type(met) is int and type(of) is int and 0 <= met <= of < 10**9):
        raise ValueError(counts)
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


def compare(own: Peer, others: list[Peer]) -> list[PeerComparison]:
    """Compare each point across all, oneself included; only figures of the same year, and identical ones once."""
    same: list[Peer] = []
    for peer in (own, *others):
        if peer.year == own.year and peer not in same:
            same.append(peer)
    ids = dict.fromkeys(id_ for peer in same for id_ in peer.figures)
    return [_compared(id_, own, same) for id_ in ids]


def _compared(id_: str, own: Peer, same: list[Peer]) -> PeerComparison:
    shares = [share for peer in same if (share := peer.share(id_)) is not None]
    return PeerComparison(
        point_id=id_,
        own=own.share(id_),
        least=min(shares, default=None),
        middle=median(shares) if shares else None,
        greatest=max(shares, default=None),
        organisations=len(shares),
    )

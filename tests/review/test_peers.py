"""The figures of a year can be compared with those of others, and a file of theirs is never trusted."""

import json
from dataclasses import replace

import pytest

from compliance.core.errors import Refusal
from compliance.review.peers import MOST_BYTES, Peer, PeerComparison, as_peer, as_peer_file, compare, read_peer
from tests.reviewed import at

GOOD = {
    "format": "compliance figures 1",
    "organisation": "Grannen",
    "year": 2026,
    "as_of": "2026-11-01",
    "figures": {"classification": {"met": 3, "of": 4}},
}


def peer(**figures):
    return Peer("Någon", 2026, "2026-11-01", figures)


def read(**changed):
    return read_peer(json.dumps(GOOD | changed).encode(), name="granne.json")


def test_a_review_becomes_a_small_file_of_numbers_and_nothing_else(tmp_path):
    line = at("approved", tmp_path)
    document = line.document(line.review())
    content = as_peer_file(document)
    assert json.loads(content) == {
        "format": "compliance figures 1",
        "organisation": "Förvaltningen",
        "year": 2026,
        "as_of": "2026-11-20",
        # without a basis, or with nothing to assess, there is no figure
        "figures": {
            "local_instruction": {"met": 2, "of": 3},
            "classification": {"met": 1, "of": 3},
            "risk_analysis": {"met": 0, "of": 3},
        },
    }
    assert len(content) < 2_000
    assert read_peer(content, name="egen.json") == as_peer(document)
    assert as_peer(document).share("classification") == 1 / 3
    assert as_peer(document).share("access") is None


def test_least_middle_and_greatest_include_ones_own():
    own = peer(a=(1, 4), b=(1, 1))
    others = [peer(a=(2, 4)), peer(a=(4, 4), c=(1, 2))]
    assert compare(own, others) == [
        PeerComparison("a", 0.25, 0.25, 0.5, 1.0, 3),
        PeerComparison("b", 1.0, 1.0, 1.0, 1.0, 1),
        PeerComparison("c", None, 0.5, 0.5, 0.5, 1),
    ]


def test_the_middle_of_an_even_number_is_a_mean():
    (comparison,) = compare(peer(a=(0, 4)), [peer(a=(4, 4)), peer(a=(1, 4)), peer(a=(3, 4))])
    assert (comparison.middle, comparison.organisations) == (0.5, 4)


def test_a_peer_with_nothing_to_assess_does_not_count():
    (comparison,) = compare(peer(a=(1, 2)), [peer(a=(0, 0))])
    assert (comparison.least, comparison.organisations) == (0.5, 1)


def test_another_year_is_left_out_and_the_same_file_counts_once():
    own, other = peer(a=(1, 4)), peer(a=(3, 4))
    (comparison,) = compare(own, [other, other, own, replace(other, year=2025)])
    assert (comparison.middle, comparison.organisations) == (0.5, 2)
    # two organisations of the same name are two
    (comparison,) = compare(own, [other, peer(a=(2, 4))])
    assert comparison.organisations == 3


def test_a_file_of_another_organisation_is_read():
    assert read() == Peer("Grannen", 2026, "2026-11-01", {"classification": (3, 4)})


def test_anything_but_the_id_of_a_point_is_left_out():
    assert read(figures={"<script>": {"met": 1, "of": 1}, "Ö": {"met": 1, "of": 1}, "x" * 99: {}}).figures == {}


def test_a_name_is_stored_on_one_line_without_invisible_characters():
    assert read(organisation=" Gran\u200bnen\n\u202eAB ").organisation == "Grannen AB"


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "compliance figures 2"},
        {"format": None},
        {"year": "2026"},
        {"year": True},
        {"as_of": "i höstas"},
        {"as_of": 20261101},
        {"organisation": "x" * 300},
        {"organisation": 7},
        {"figures": []},
        {"figures": {"dpia": {"met": 2, "of": 1}}},
        {"figures": {"dpia": {"met": -1, "of": 1}}},
        {"figures": {"dpia": {"met": 0.5, "of": 1}}},
        {"figures": {"dpia": {"met": True, "of": 1}}},
        {"figures": {"dpia": {"met": 1, "of": 10**9}}},
        {"figures": {"dpia": {"met": 1}}},
        {"figures": {"dpia": 1}},
    ],
    ids=str,
)
def test_a_file_with_other_content_is_refused(changed):
    other = changed == {"format": "compliance figures 2"}
    message = "was written by another version" if other else "does not hold the figures of a review"
    with pytest.raises(Refusal, match=rf"granne\.json {message}"):
        read(**changed)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"7", b"{", b"PK\x03\x04", b"\xff\xfe", b"[" * 90_000, b" " * (MOST_BYTES + 1)],
    ids=lambda content: repr(content[:9]),
)
def test_a_file_that_is_no_such_file_is_refused(content):
    with pytest.raises(Refusal, match="does not hold the figures of a review"):
        read_peer(content, name="granne.json")

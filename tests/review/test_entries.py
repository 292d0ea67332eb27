"""Every change of a review leaves its entry in the audit trail, without what was written."""

import json

import pytest

from compliance.review.deciding import withdraw
from compliance.store import register
from tests.reviewed import at

pytestmark = pytest.mark.live


def test_every_change_of_a_review_leaves_its_entry(tmp_path, monkeypatch):
    with at("submitted", tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        before = len(entries())
        draft = line.send_back(line.review(), "Hemligt")
        line.write(draft, "comment", "access", "Hemligt")
        line.write(draft, "public_comment", "access", "Hemligt")
        line.write(draft, "public_comment", "access", "")
        line.write(draft, "assessment", "access", "partly")
        line.write(draft, "chapter", "policy", "Hemligt")
        line.write(draft, "judgement", "sufficient", "yes")
        line.write(draft, "judgement", "effect", "yes")
        number = line.decide(draft, "Hemligt")
        withdraw(line.database, draft.review_id, number, order=line.order())
        line.follow_up("2026-1", "done")
        line.approve(line.submit(draft))
        line.correct(line.review(), "Hemligt")
        left = entries()[before:]
    assert [f"{row['action']}: {row['what']}" for row in left] == [
        "sending_back: review 1, version 1",
        "comment: review 1: comment access",
        *["comment: review 1: public_comment access"] * 2,
        "assessment: review 1: assessment access",
        "chapter: review 1: chapter policy",
        "assessment: review 1: judgement sufficient",
        "assessment: review 1: judgement effect",
        f"decision: review 1: decision 2026-{number}",
        f"withdrawal: review 1: decision 2026-{number}",
        "follow_up: decision 2026-1",
        "submission: review 1, version 1",
        "approval: review 1, version 1",
        "correction: review 1, version 2",
    ]
    details = [json.loads(row["details"]) for row in left]
    assert [number for number, each in enumerate(details) if each.get("removed")] == [3]
    assert [each["status"] for each in details if "status" in each] == ["done"]
    told = json.dumps(left, ensure_ascii=False)
    assert [word for word in ("Hemligt", "Ylva", "Rolf") if word in told] == []


def entries():
    return register.own().rows("entries", after=0)

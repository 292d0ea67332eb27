"""The values of the intake, with the organisation's own over them."""

import pytest

from compliance.core.errors import Refusal
from compliance.declarations.intake import load_intake, refuse_unknown_ids


def test_a_value_of_ones_own_wins_and_a_temporary_name_is_added(tmp_path):
    (tmp_path / "intake.toml").write_text(
        'change = 0.3\ntemporary_ends = [".neu"]\n[changes]\nincidents = 0.5\n', "utf-8"
    )
    intake = load_intake(tmp_path)
    assert (intake.change_of("dpia"), intake.change_of("incidents")) == (0.3, 0.5)
    assert {".part", ".neu"} <= {*intake.temporary_ends}
    assert load_intake(None).change == 0.10


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("quiet = 3", "quiet"),
        ("quiet_seconds = -1", "quiet_seconds"),
        ("change = 10", "share"),
        ("[changes]\ndpia = 1.5", "changes.dpia"),
        ('[days]\nstaff = "today"', "days"),
        ('change = "ten"', "change"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path, own, message):
    (tmp_path / "intake.toml").write_text(own, "utf-8")
    with pytest.raises(Refusal) as refused:
        load_intake(tmp_path)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("own", "key"), [("[changes]\ndpa = 0.5", "changes.dpa"), ('[days]\nstaf = "arrival"', "days.staf")]
)
def test_an_id_that_there_is_not_is_refused(tmp_path, own, key):
    (tmp_path / "intake.toml").write_text(own, "utf-8")
    with pytest.raises(Refusal, match=f"no setting {key}"):
        refuse_unknown_ids(load_intake(tmp_path), points=["dpia"], sources=["staff"])
    refuse_unknown_ids(load_intake(None), points=["dpia"], sources=["staff"])

"""Which pictures are kept."""

from __future__ import annotations

import os

import msgspec
import numpy as np
import pytest

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord
from station.engine.keeping import Keeping, picture_descriptor

OK = InspectionRecord(
    FrameKey(1, 1), Verdict.PASS, Reason.CLEAN, 0.1, 1.0, (), 0, Ledger(), "ring", "ab", None, "", 0.0
)
BORDER = msgspec.structs.replace(OK, score=0.95)
NG = msgspec.structs.replace(OK, verdict=Verdict.REJECT, reason=Reason.FINDING, score=3.0)
LATE = msgspec.structs.replace(OK, verdict=Verdict.NOT_INSPECTED, reason=Reason.LATE)


def test_every_nth_good_part_is_kept():
    keeping = Keeping(3)
    assert [keeping.choose(OK) for _ in range(7)] == ["", "", "ok", "", "", "ok", ""]


def test_no_good_part_is_kept_when_the_policy_says_zero():
    keeping = Keeping(0)
    assert {keeping.choose(OK) for _ in range(5)} == {""}


def test_rejected_parts_and_border_cases_are_always_kept():
    keeping = Keeping(0)
    assert [keeping.choose(record) for record in (NG, LATE, BORDER)] == ["ng", "ng", "border"]


@pytest.mark.parametrize(("score", "limit", "kind"), [(-2.1, -2.0, "border"), (-2.5, -2.0, ""), (1.0, 1.0, "border")])
def test_the_border_is_a_share_of_the_limit_of_any_sign(score, limit, kind):
    record = msgspec.structs.replace(OK, score=score, limit=limit)
    assert Keeping(0).choose(record) == kind


def test_what_the_recipe_calls_a_border_case_is_kept_as_one():
    assert Keeping(0).choose(msgspec.structs.replace(OK, reason=Reason.BORDER)) == "border"


def test_the_descriptor_holds_the_picture_row_by_row():
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)[:, ::2]  # not contiguous
    descriptor = picture_descriptor(image)
    try:
        assert os.pread(descriptor, 100, 0) == image.tobytes()
    finally:
        os.close(descriptor)

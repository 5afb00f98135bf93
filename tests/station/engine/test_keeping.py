"""Which pictures are kept, and which are shed first."""

from __future__ import annotations

import os

import msgspec
import numpy as np
import pytest

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord
from station.engine.keeping import Keeping, picture_descriptor

MIB = 1024 * 1024
OK = InspectionRecord(
    FrameKey(1, 1), Verdict.PASS, Reason.CLEAN, 0.1, 1.0, (), 0, Ledger(), "ring", "ab", None, "", 0.0
)
BORDER = msgspec.structs.replace(OK, score=0.95)
NG = msgspec.structs.replace(OK, verdict=Verdict.REJECT, reason=Reason.FINDING, score=3.0)
LATE = msgspec.structs.replace(OK, verdict=Verdict.NOT_INSPECTED, reason=Reason.LATE)


def test_every_nth_good_part_is_kept():
    keeping = Keeping(3, 10 * MIB)
    assert [keeping.choose(OK, 100) for _ in range(7)] == ["", "", "ok", "", "", "ok", ""]


def test_no_good_part_is_kept_when_the_policy_says_zero():
    keeping = Keeping(0, 10 * MIB)
    assert {keeping.choose(OK, 100) for _ in range(5)} == {""}


def test_rejected_parts_and_border_cases_are_always_kept():
    keeping = Keeping(0, 10 * MIB)
    assert [keeping.choose(record, 100) for record in (NG, LATE, BORDER)] == ["ng", "ng", "border"]


@pytest.mark.parametrize(("score", "limit", "kind"), [(-2.1, -2.0, "border"), (-2.5, -2.0, ""), (1.0, 1.0, "border")])
def test_the_border_is_a_share_of_the_limit_of_any_sign(score, limit, kind):
    record = msgspec.structs.replace(OK, score=score, limit=limit)
    assert Keeping(0, MIB).choose(record, 1) == kind


def test_when_memory_fills_good_pictures_are_shed_first_and_rejected_ones_last():
    keeping = Keeping(1, 8 * MIB)
    kept = []
    for number in range(1, 10):
        kept.append([bool(keeping.choose(record, MIB)) for record in (OK, BORDER, NG)])
        keeping.wait(number, MIB)
    # 4 MiB are open to OK pictures, 6 MiB to border cases, all 8 to NG
    assert [row[0] for row in kept] == [True] * 4 + [False] * 5
    assert [row[1] for row in kept] == [True] * 6 + [False] * 3
    assert [row[2] for row in kept] == [True] * 8 + [False]
    assert keeping.shed == {"ok": 5, "border": 3, "ng": 1}


def test_stored_pictures_make_room():
    keeping = Keeping(1, 2 * MIB)
    keeping.wait(1, MIB)
    keeping.wait(4, MIB)
    assert keeping.choose(NG, MIB) == ""
    keeping.stored(3)
    assert keeping.choose(NG, MIB) == "ng"
    assert keeping.choose(OK, MIB) == ""
    keeping.stored(4)
    assert keeping.choose(OK, MIB) == "ok"


def test_small_pictures_do_not_use_up_the_file_descriptors():
    keeping = Keeping(1, 1024 * MIB)
    for number in range(1000):
        if keeping.choose(NG, 10):
            keeping.wait(number, 10)
    assert keeping.shed["ng"] == 1000 - 512


def test_the_descriptor_holds_the_picture_row_by_row():
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)[:, ::2]  # not contiguous
    descriptor = picture_descriptor(image)
    try:
        assert os.pread(descriptor, 100, 0) == image.tobytes()
    finally:
        os.close(descriptor)

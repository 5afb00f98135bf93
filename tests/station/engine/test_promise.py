"""The promise: void from the first drift on, told once, and not valid again because a process restarted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from station.core.domain import DriftState, Ledger, Reason, Verdict
from station.core.messages import FrameKey, InspectionRecord
from station.core.recipe import DriftSpec
from station.engine.promise import UNWATCHED, Promise
from station.engine.vision.drift import DriftWatch

OK = InspectionRecord(
    FrameKey(5, 31), Verdict.PASS, Reason.CLEAN, 0.95, 1.0, (), 0, Ledger(), "ring", "ab", None, "", 0.0
)
Make = Callable[..., Promise]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The promise of a process that has just opened the bundle."""

    def make(bundle: str = "ab" * 32, watched: bool = True) -> Promise:
        scores = np.linspace(0, 1, 100, dtype=np.float32)
        return Promise(DriftWatch(DriftSpec(), scores) if watched else None, bundle, tmp_path / "engine.promise")

    return make


def spoil(promise: Promise, record: InspectionRecord = OK) -> list[int]:
    """Hand in 100 parts like `record`; the part numbers at which the promise became void."""
    return [part for part in range(1, 101) if promise.watch(record, part)]


def test_it_becomes_void_once_and_says_since_which_part(make: Make) -> None:
    promise = make()
    assert (promise.state, promise.sentence) == (DriftState.STEADY, "")
    (part,) = spoil(promise)
    assert promise.state is DriftState.DRIFTED
    assert promise.sentence == (
        f"promise void since part {part} (scores run higher: CUSUM 30.6 > 30.0): accepted parts no longer look "
        "like the calibration parts; clean optics and check the light, then recalibrate"
    )


def test_a_part_without_a_number_is_named_by_its_frame(make: Make) -> None:
    promise = make()
    assert any(promise.watch(OK, 0) for _ in range(100))
    assert promise.detail.startswith("since frame 31 of session 5 (")


@pytest.mark.parametrize(
    ("verdict", "reason"), [(Verdict.REJECT, Reason.FINDING), (Verdict.NOT_INSPECTED, Reason.LATE)]
)
def test_only_accepted_parts_count(make: Make, verdict: Verdict, reason: Reason) -> None:
    assert spoil(make(), msgspec.structs.replace(OK, verdict=verdict, reason=reason, score=9.0)) == []


def test_border_cases_are_accepted_parts(make: Make) -> None:
    assert spoil(make(), msgspec.structs.replace(OK, reason=Reason.BORDER))


def test_a_restart_does_not_make_it_valid_again_a_new_bundle_does(make: Make) -> None:
    first = make()
    spoil(first)
    again = make()
    assert (again.state, again.detail) == (DriftState.DRIFTED, first.detail)
    assert spoil(again) == []
    assert make(bundle="cd" * 32).state is DriftState.STEADY


def test_a_reset_lasts(make: Make) -> None:
    promise = make()
    spoil(promise)
    promise.reset()
    assert (promise.state, promise.sentence) == (DriftState.STEADY, "")
    assert make().state is DriftState.STEADY
    assert len(spoil(promise)) == 1


def test_without_calibration_scores_it_says_that_nobody_watches(make: Make) -> None:
    promise = make(watched=False)
    assert spoil(promise) == []
    promise.reset()
    assert (promise.state, promise.sentence) == (DriftState.UNWATCHED, UNWATCHED)


def test_a_memory_that_cannot_be_read_or_written_is_logged(make: Make, tmp_path: Path, caplog) -> None:
    (tmp_path / "engine.promise").write_bytes(b"{")
    assert make().state is DriftState.STEADY
    (tmp_path / "engine.promise").unlink()
    (tmp_path / "engine.promise").mkdir()
    promise = make()
    assert len(spoil(promise)) == 1
    assert promise.state is DriftState.DRIFTED
    texts = [record.getMessage() for record in caplog.records]
    assert [text.split(": ")[1].split(",")[0] for text in texts] == [
        "cannot be read",
        "cannot be read",
        "cannot be written",
    ]

"""Faults on purpose: they look like real ones to the inspector, and they end."""

from __future__ import annotations

import pytest

from station.core.domain import Reason, Verdict
from station.core.messages import Rehearse
from station.engine.camera.protocol import Frame
from station.engine.inspector import Inspector
from station.engine.rehearsal import RehearsedDetector


@pytest.fixture
def rehearsed(detector, clock) -> RehearsedDetector:
    return RehearsedDetector(detector, 200, clock, lambda seconds: clock.advance_ms(1000 * seconds))


@pytest.fixture
def inspect(rehearsed, clock, picture):
    inspector = Inspector(rehearsed, recipe="ring", bundle_sha256="ab", deadline_ms=200, clock_ns=clock)
    inspector.begin(1)

    def next_part() -> tuple[Verdict, Reason]:
        verdict = inspector.inspect(Frame(picture(), inspector.inspected + 1, clock.ns, clock.ns)).verdict
        return verdict.verdict, verdict.reason

    return next_part


@pytest.mark.parametrize(("fault", "reason"), [("nan", Reason.NOT_FINITE), ("late", Reason.LATE)])
def test_a_rehearsed_fault_never_passes_a_part_and_ends_by_itself(rehearsed, inspect, clock, fault, reason):
    assert inspect()[0] is Verdict.PASS
    assert rehearsed.rehearse(Rehearse(fault, 2.0))
    assert inspect() == (Verdict.NOT_INSPECTED, reason)
    clock.advance_ms(2001)
    assert inspect()[0] is Verdict.PASS


@pytest.mark.parametrize("request_", [Rehearse("fire", 1.0), Rehearse("nan", 0.0), Rehearse("late", 61.0)])
def test_unknown_and_endless_rehearsals_are_refused(rehearsed, inspect, request_):
    assert not rehearsed.rehearse(request_)
    assert inspect()[0] is Verdict.PASS

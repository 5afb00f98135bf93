"""Stages from a ledger."""

from __future__ import annotations

import math

from station.core.domain import Ledger
from station.gui.why.timing import Stage, timing

MS = 1_000_000


def test_stages_follow_each_other():
    found = timing(
        Ledger(trigger_ns=10 * MS, exposed_ns=12 * MS, frame_ns=20 * MS, screened_ns=50 * MS, deadline_ns=260 * MS)
    )
    assert found.stages == (Stage("transfer", 0.0, 10.0), Stage("screening", 10.0, 30.0))
    assert found.total_ms == 40.0
    assert found.deadline_ms == 250.0


def test_a_stage_that_was_not_reached_is_left_out():
    found = timing(Ledger(exposed_ns=10 * MS, frame_ns=20 * MS, decided_ns=25 * MS))
    assert [stage.name for stage in found.stages] == ["transfer", "decision"]
    assert math.isnan(found.deadline_ms)


def test_a_count_that_was_polled_after_the_exposure_does_not_go_back_in_time():
    found = timing(Ledger(trigger_ns=18 * MS, exposed_ns=10 * MS, frame_ns=15 * MS, received_ns=14 * MS))
    assert found.stages == (Stage("transfer", 0.0, 5.0), Stage("hand_over", 5.0, 0.0))
    assert found.total_ms == 5.0


def test_no_times_no_timing():
    assert timing(Ledger()) is None


def test_only_a_late_stage_is_known():
    assert timing(Ledger(decided_ns=7 * MS)).total_ms == 0.0

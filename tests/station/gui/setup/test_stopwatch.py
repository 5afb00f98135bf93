"""Median, 99 % and the least time left over the last 100 parts."""

from __future__ import annotations

import math

import msgspec
import pytest

from station.core.domain import Ledger
from station.gui.made_up import record
from station.gui.setup.stopwatch import KEPT, Stopwatch


def took(part: int, ms: float, deadline_ms: float = 0.0):
    start = 1_000_000_000
    ledger = Ledger(
        trigger_ns=start,
        decided_ns=start + round(ms * 1e6),
        deadline_ns=start + round(deadline_ms * 1e6) if deadline_ms else 0,
    )
    return msgspec.structs.replace(record(part), ledger=ledger)


def test_figures():
    watch = Stopwatch()
    watch.take(took(part, float(part), 250) for part in range(1, KEPT + 1))
    pace = watch.pace()
    assert pace.parts == 100
    assert (pace.median_ms, pace.p99_ms, pace.margin_ms) == pytest.approx((50, 99, 150))


def test_only_the_last_ones_count_and_each_once():
    watch = Stopwatch()
    watch.take([took(1, 9000.0)])
    watch.take(took(part, 10.0) for part in range(2, KEPT + 2))
    watch.take([took(KEPT + 1, 20.0)])
    assert watch.pace().parts == KEPT
    assert watch.pace().p99_ms == pytest.approx(10)
    (key, times), *_ = watch.newest(3)
    assert key == record(KEPT + 1).key
    assert times.total_ms == pytest.approx(20)


def test_nothing_is_known_without_times():
    watch = Stopwatch()
    watch.take([msgspec.structs.replace(record(1), ledger=Ledger())])
    assert watch.pace() is None
    watch.take([took(2, 5.0)])
    assert math.isnan(watch.pace().margin_ms)


def test_a_part_past_its_deadline_has_a_negative_margin():
    watch = Stopwatch()
    watch.take([took(1, 300.0, 250.0), took(2, 30.0, 250.0)])
    assert watch.pace().margin_ms == pytest.approx(-50)

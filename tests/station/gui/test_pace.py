"""Rate and margin from records, under times that the test gives."""

from __future__ import annotations

from msgspec.structs import replace

from station.core.domain import Ledger
from station.core.messages import Counters
from station.gui.made_up import record
from station.gui.pace import MARGINS, Pace, passed_share

S = 10**9


def part(at_s: float, left_ms: float = 100.0):
    at_ns = round(at_s * S)
    ledger = Ledger(trigger_ns=at_ns, acknowledged_ns=at_ns + S, deadline_ns=at_ns + S + round(left_ms * 1e6))
    return replace(record(1), ledger=ledger)


def test_rate_of_the_last_minute():
    pace = Pace()
    for number in range(600):
        pace.take(part(1 + number * 0.5))
    assert round(pace.parts_per_minute(301 * S)) == 120
    assert pace.parts_per_minute(310 * S) == 0.0  # the line stands


def test_few_parts_have_a_rate_and_one_has_none():
    pace = Pace()
    pace.take(part(10))
    assert pace.parts_per_minute(11 * S) == 0.0
    pace.take(part(12))
    assert pace.parts_per_minute(12 * S) == 30.0


def test_the_least_margin_of_the_newest_parts():
    pace = Pace()
    assert pace.least_margin_ms is None
    pace.take(part(1, left_ms=-5.0))
    pace.take(part(2, left_ms=80.0))
    assert pace.least_margin_ms == -5.0
    for number in range(MARGINS):
        pace.take(part(3 + number, left_ms=90.0))
    assert pace.least_margin_ms == 90.0


def test_parts_that_the_plc_never_took_have_no_margin():
    pace = Pace()
    pace.take(replace(record(1), ledger=Ledger(trigger_ns=5, deadline_ns=9)))
    assert pace.least_margin_ms is None


def test_share_of_passed_parts():
    assert passed_share(Counters()) is None
    assert passed_share(Counters(parts=4, passed=3)) == 0.75

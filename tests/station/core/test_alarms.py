"""The catalogue holds together."""

from __future__ import annotations

from station.core.alarms import CATALOGUE, STOPS, Alarm, Alarms, AlarmState
from station.core.recipe_line import SupervisionSpec


def test_consequences_name_alarms_that_come_before_and_never_in_a_circle() -> None:
    for name, spec in CATALOGUE.items():
        assert spec.priority in {1, 2, 3}, name
        seen, open_ = set(), list(spec.after)
        while open_:
            cause = open_.pop()
            assert cause in CATALOGUE, name
            assert cause != name
            if cause not in seen:
                seen.add(cause)
                open_ += CATALOGUE[cause].after


def test_every_reason_to_stop_has_an_alarm() -> None:
    spec = SupervisionSpec()
    assert {*spec.limits, "bin_full", "air_low"} | {"other"} == set(STOPS)
    assert {f"stop-{cause}" for cause in STOPS} <= set(CATALOGUE)


def test_what_nobody_has_seen_is_counted() -> None:
    states = [Alarm(str(one), 1, one, True, 0.0) for one in AlarmState]
    assert Alarms(tuple(states)).unacknowledged == 2

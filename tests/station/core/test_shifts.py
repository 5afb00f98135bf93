"""When a shift began, on ordinary days, over midnight and on days on which the clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from station.core.shifts import check_shifts, shift_start

SHIFTS = ("06:00", "14:00", "22:00")


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("now", "begin"),
    [
        ("2026-11-25T06:00:00+01:00", "2026-11-25T06:00:00+01:00"),
        ("2026-11-25T13:59:59+01:00", "2026-11-25T06:00:00+01:00"),
        ("2026-11-25T23:00:00+01:00", "2026-11-25T22:00:00+01:00"),
        ("2026-11-25T05:59:59+01:00", "2026-11-24T22:00:00+01:00"),
        ("2026-03-29T05:00:00+02:00", "2026-03-28T22:00:00+01:00"),  # an hour is missing in this night
        ("2026-10-25T05:00:00+01:00", "2026-10-24T22:00:00+02:00"),  # and one comes twice in that
    ],
)
def test_beginnings(now: str, begin: str) -> None:
    assert shift_start(at(now), SHIFTS) == at(begin)


def test_one_shift_a_day() -> None:
    assert shift_start(at("2026-11-25T05:00:00+01:00"), ("07:30",)) == at("2026-11-24T07:30:00+01:00")


@pytest.mark.parametrize("shifts", [(), ("6:00",), ("24:00",), ("06:00",) * 2, ("14:00", "06:00"), ("00:00",) * 7])
def test_nonsense_is_refused(shifts: tuple[str, ...]) -> None:
    assert check_shifts(shifts)


def test_sense_is_not() -> None:
    assert check_shifts(SHIFTS) == check_shifts(("00:00",)) == ""

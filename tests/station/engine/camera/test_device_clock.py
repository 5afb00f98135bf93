"""The camera's stamps on our clock: by the least delay so far, never after the arrival, following slow drift."""

from __future__ import annotations

import random

from station.engine.camera.device_clock import DeviceClock

MS = 1_000_000


def test_the_least_delayed_frame_sets_the_offset() -> None:
    clock = DeviceClock()
    assert clock.map(1000 * MS, 5007 * MS) == 5007 * MS  # one frame: its delay cannot be told from the offset
    assert clock.map(1100 * MS, 5102 * MS) == 5102 * MS
    later = clock.map(1200 * MS, 5240 * MS)
    assert abs(later - 5202 * MS) < 0.05 * MS  # 38 ms of delay are seen as delay


def test_jitter_of_the_arrival_does_not_move_the_exposure() -> None:
    clock, rng = DeviceClock(), random.Random(1)
    errors = []
    for n in range(1, 200):
        exposed = 7_000 * MS + 100 * n * MS
        arrived = exposed + round(rng.uniform(1, 15) * MS)
        errors.append(clock.map(100 * n * MS, arrived) - exposed)
    assert all(0 <= error <= 15 * MS for error in errors)
    assert max(errors[50:]) < 3 * MS


def test_a_drifting_clock_is_followed() -> None:
    clock = DeviceClock()
    for n in range(1, 36_000):
        exposed = 100 * n * MS
        device = round(exposed * (1 - 50e-6))
        found = clock.map(device, exposed + MS)
    assert abs(found - exposed) <= 2 * MS


def test_no_clock_means_the_arrival() -> None:
    assert DeviceClock().map(0, 123) == 123

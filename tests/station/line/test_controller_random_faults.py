"""Random faults under a virtual clock: no bad part passes, no record is lost, and the hall would notice."""

from __future__ import annotations

import pytest

from station.line.tracker import PartTracker

FAULTS = ("mute", "noise", "no_edge", "lost", "frozen", "drop", "repeat", "slow", "engine", "line", "plc", "ghost")


@pytest.mark.parametrize("seed", range(12))
def test_random_faults_never_pass_a_bad_part_and_never_lose_a_record(make_hall, seed):
    hall = make_hall(seed=seed)
    hall.produce(1)
    for _ in range(12):
        _trouble(hall, hall.random.choice(FAULTS), hall.random.uniform(0.05, 1.2))
        hall.run(hall.random.uniform(0.1, 2.0))
    hall.run(1.5)
    before = len(hall.parts)
    hall.run(2)
    hall.settle()
    hall.check()
    assert all(part.passed is not part.bad for part in hall.parts[before:])


def _trouble(hall, fault, seconds):
    if fault == "line":
        hall.kill_line(seconds)
    elif fault == "engine":
        hall.faults.dead = True
        hall.line.engine_gone(hall.now_ns)
        hall.run(seconds)
        hall.faults.dead = False
        hall.restart_engine()
    elif fault == "plc":
        hall.faults.plc_down = True
        hall.run(seconds)
        hall.plc.restart(hall.plc.boot + 1)
        hall.faults.plc_down = False
    elif fault == "ghost":
        hall.ghost()
    else:
        name, value = {"noise": ("noise", 0.3), "slow": ("slow_ms", 300)}.get(fault, (fault, True))
        before = getattr(hall.faults, name)
        setattr(hall.faults, name, value)
        hall.run(seconds)
        setattr(hall.faults, name, before)


def test_tracker_is_what_keeps_bad_parts_out(hall, monkeypatch):
    """The hall can catch a shifted verdict: a tracker that trusts numbers alone is convicted."""
    monkeypatch.setattr(
        PartTracker,
        "_mismatch",
        lambda self, arrival, part, fit: self._parts.decide(
            part, arrival.answer, arrival.received_ns, arrival.received_ns
        ),
    )
    hall.produce(1)
    hall.faults.no_edge = True
    hall.run(0.1)
    hall.faults.no_edge = False
    hall.run(5)
    hall.settle()
    assert [part for part in hall.parts if part.bad and part.passed]

"""Random faults on a belt that the line tracks itself: no bad part passes, each has one record, and it recovers."""

from __future__ import annotations

import pytest

from station.core.config import LineSection
from tests.station.line.belt_hall import MS, BeltHall

FAULTS = ("cut", "noise", "delay", "line", "io", "engine", "frozen", "close parts")
BELT_FAULTS = ("stop", "back", "slow", "fast", "encoder")


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("tracking", ["encoder", "time"])
def test_random_faults_pass_no_bad_part_and_lose_no_record(tracking, seed):
    hall = BeltHall(LineSection(tracking=tracking), seed=seed, mm_s=500.0 if tracking == "time" else 450.0)
    hall.produce(2)
    for _ in range(12):
        fault = hall.chance.choice([name for name in FAULTS + BELT_FAULTS if tracking == "encoder" or name != "back"])
        trouble(hall, fault, hall.chance.uniform(0.02, 1.5))
        hall.run(hall.chance.uniform(0.1, 2.0))
    hall.run(4)
    before = len(hall.riders)
    hall.run(3)
    hall.settle()
    hall.check()
    late = hall.riders[before:]
    assert len(late) > 4
    assert all(rider.passed is not rider.bad for rider in late)


def trouble(hall: BeltHall, fault: str, seconds: float) -> None:
    """One fault that lasts so long, and is over afterwards."""
    speed, pitch = hall.mm_s, hall.pitch_mm
    if fault == "cut":
        hall.wire.trouble.cut(hall.now_ns + round(seconds * 1e9))
    elif fault == "noise":
        hall.wire.trouble.noise(0.004, 0.004, hall.now_ns + round(seconds * 1e9))
    elif fault == "delay":
        hall.wire.delay(round(seconds * 20) * MS)
        hall.run(1)
        hall.wire.delay(0)
    elif fault == "line":
        hall.kill_line(seconds)
    elif fault == "io":
        hall.slave.reset()
        hall.io.restart(hall.now_ns, round(seconds * 1e9))
        hall.run(seconds)
    elif fault == "engine":
        hall.engine_dead = True
        hall.line.engine_gone(hall.now_ns)
        hall.run(seconds)
        hall.restart_engine()
    elif fault == "frozen":
        line, hall.line = hall.line, None
        hall.run(seconds)
        hall.line = line
    elif fault == "close parts":
        hall.pitch_mm = lambda chance: chance.uniform(20, 150)
        hall.run(seconds)
        hall.pitch_mm = pitch
    elif fault == "encoder":
        hall.encoder_lives = False
        hall.run(seconds)
        hall.encoder_lives = True
    else:
        hall.mm_s = {"stop": 0.0, "back": -200.0, "slow": 60.0, "fast": speed * 1.11}[fault]
        hall.run(seconds)
        hall.mm_s = speed

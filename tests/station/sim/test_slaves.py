"""The chooser: each dialect has a slave of its own, and all serve the same registers."""

from __future__ import annotations

import random

import pytest

from station.core import plc_map
from station.core.config import DialectName
from station.sim.plc import Plc
from station.sim.slaves import DIALECTS, slave_of


def test_five_dialects() -> None:
    slaves = [slave_of(name, Plc(1, 10**9)) for name in DIALECTS]
    assert len({type(slave) for slave in slaves}) == 4  # MC has two frames
    assert "modbus-rtu" in DIALECTS


@pytest.mark.parametrize("name", DIALECTS)
def test_noise_changes_nothing_and_little_of_it_is_kept(name: DialectName) -> None:
    plc, noise = Plc(1, 10**9), random.Random(5)
    slave = slave_of(name, plc)
    before = plc.read(plc_map.CONTROL_BASE, plc_map.CONTROL_SIZE + 48)
    for at in range(400):
        slave.feed(at * 1_000_000, noise.randbytes(100))
    slave.reset()
    assert slave.next_ns() is None
    assert plc.read(plc_map.CONTROL_BASE, plc_map.CONTROL_SIZE + 48) == before

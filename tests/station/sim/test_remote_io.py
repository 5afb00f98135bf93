"""The remote I/O: counts, and a gate that is open only by a fresh PASS."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State
from station.sim.book import GateReason
from station.sim.plc import IllegalAddressError
from station.sim.remote_io import RemoteIo

MS = 1_000_000


@pytest.fixture
def io() -> RemoteIo:
    made = RemoteIo(seed=3, watchdog_ns=50 * MS)
    made.scan(0)
    return made


def say(io: RemoteIo, word: int, at_ms: int) -> None:
    io.write(plc_map.CONTROL_GATE, [word])
    io.scan(at_ms * MS)


@pytest.mark.parametrize("word", [Word.REJECT, Word.NOT_INSPECTED, Word.BORDER, 0, 1, 0xFFFF, 0xA53C])
def test_only_pass_opens(io, word):
    assert not io.energised
    say(io, Word.PASS, 5)
    assert io.energised
    say(io, word, 10)
    assert not io.energised


def test_silence_shuts_and_any_request_counts_as_life(io):
    say(io, Word.PASS, 0)
    io.scan(50 * MS)
    assert io.energised
    io.read(0, 2)
    io.scan(55 * MS)
    io.scan(105 * MS)
    assert io.energised
    io.scan(110 * MS)
    assert not io.energised


def test_counts_and_inputs_are_those_of_one_scan(io):
    io.count_edge()
    io.turn_encoder(-1)
    io.inputs = plc_map.AT_SPEED
    assert io.read(plc_map.COUNT, 4) == [0, 0, 0, 0]
    io.scan(5 * MS)
    assert io.read(plc_map.COUNT, 4) == [1, 0, 0xFFFF, 0xFFFF]
    assert io.read(plc_map.INPUTS, 1) == [plc_map.AT_SPEED]
    assert io.read(plc_map.ORDER, 2) == [plc_map.BYTE_ORDER, io.boot]


def test_restart_loses_all_and_shuts(io):
    boot = io.boot
    io.count_edge()
    say(io, Word.PASS, 5)
    io.restart(6 * MS, 20 * MS)
    assert not io.energised
    assert io.count_edge() == 0
    io.scan(30 * MS)
    assert io.running
    assert io.count == 0
    assert io.boot not in {0, boot}


def test_there_are_no_slots(io):
    with pytest.raises(IllegalAddressError):
        io.write(plc_map.SLOT_BASE, [0, 0, 0])
    with pytest.raises(IllegalAddressError):
        io.read(plc_map.STATUS_SIZE, 1)


def test_judges_whatever_is_before_the_gate(io):
    assert io.judge(1, io.boot, 0) is GateReason.HEARTBEAT_STALE
    say(io, Word.PASS, 5)
    assert io.judge(1, io.boot, 5 * MS) is GateReason.PASSED
    say(io, Word.REJECT, 10)
    assert io.judge(1, io.boot, 10 * MS) is GateReason.REJECT_WORD
    io.restart(15 * MS, 20 * MS)
    assert io.judge(1, io.boot, 20 * MS) is GateReason.PLC_DOWN


def test_knows_that_the_station_produces(io):
    assert not io.executing()
    io.write(plc_map.CONTROL_STATE, [State.CONTINUOUS_EXECUTION])
    assert io.executing()

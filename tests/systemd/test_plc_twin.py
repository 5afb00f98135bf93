"""The shipped function block, run as it stands, decides as `station/sim/plc.py` does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State
from station.sim.book import GateReason
from station.sim.plc import Plc
from tests.systemd.structured_text import Block

TEXT = (Path(__file__).parents[2] / "systemd/plc/FB_Saiken.st").read_text()
SCAN_MS, PITCH_MS, GATE_MS = 5, 120, 600  # the belt moves one count a millisecond
LIMIT_MS = 300
NS = 1_000_000


@dataclass
class Both:
    """The block and its twin in the same world."""

    seed: int = 1
    now_ms: int = 1000

    def __post_init__(self) -> None:
        self.block = Block(TEXT)
        self.block.values.update(GateDistance=GATE_MS, GateTolerance=20, GateOpenFor=40, WantedRecipe=0x12345)
        self.twin = Plc(self.seed, LIMIT_MS * NS)
        self.twin.wanted = 0x12345
        self.beat = 0
        self.scan()

    def scan(self, **inputs: object) -> None:
        self.twin.scan(self.now_ms * NS)
        self.block.scan(self.now_ms, Encoder=self.now_ms, BootId=self.twin.boot, **inputs)

    def wait(self, milliseconds: int) -> None:
        for _ in range(0, milliseconds, SCAN_MS):
            self.now_ms += SCAN_MS
            self.scan()

    def write(self, address: int, *words: int) -> None:
        self.twin.write(address, list(words))
        self.block.values["Control"].update(enumerate(words, address))

    def live(self, state: int = State.CONTINUOUS_EXECUTION) -> None:
        self.beat += 1
        self.write(plc_map.CONTROL_HEARTBEAT, self.beat & 0xFFFF, state)
        self.scan()

    def start(self) -> None:
        """The station's heartbeat is believed once it has changed."""
        self.live()
        self.live()

    def tell(self, part: int, word: int) -> None:
        self.write(plc_map.slot_register(part), *plc_map.split32(part), word)
        self.scan()

    def count(self) -> int:
        part = self.twin.count_edge()
        self.scan(PhotoEye=True)
        self.scan(PhotoEye=False)
        return part

    def at_gate(self) -> bool:
        """What the block does as the eye at the gate sees a part."""
        self.scan(GateEye=True)
        opened = bool(self.block.values["OpenGate"])
        self.scan(GateEye=False)
        return opened

    def status(self, address: int) -> int:
        return int(plc_map.join32(self.block.values["Status"][address], self.block.values["Status"][address + 1]))


@pytest.mark.parametrize("seed", range(4))
def test_block_and_twin_agree_whatever_happens(seed: int) -> None:
    chance, both = random.Random(seed), Both(seed)
    on_belt: list[tuple[int, int]] = []  # part, due at the gate
    told: list[tuple[int, int, int]] = []  # when, part, word
    next_part_ms, next_beat_ms, opened, rejected = both.now_ms + 200, both.now_ms, 0, 0
    for _ in range(8_000):
        both.now_ms += SCAN_MS
        both.scan(BinFull=chance.random() < 0.1, RejectEye=False)
        if both.now_ms >= next_beat_ms:
            stalls = chance.random() < 0.02
            next_beat_ms = both.now_ms + (600 if stalls else 50)
            both.live(State.HALTED if chance.random() < 0.02 else State.CONTINUOUS_EXECUTION)
        if both.now_ms >= next_part_ms:
            next_part_ms += PITCH_MS + SCAN_MS * chance.randrange(8)
            part = both.count()
            if chance.random() < 0.9:  # else somebody takes it off the belt
                on_belt.append((part, both.now_ms + GATE_MS + SCAN_MS * chance.randrange(-2, 3)))
            word = chance.choice([*[Word.PASS] * 6, *Word, 0, 0x3CA4, 0xA53C])
            told.append((both.now_ms + chance.randrange(700), part + chance.choice([0] * 19 + [1, -1, 16]), word))
        for item in [item for item in told if item[0] <= both.now_ms]:
            told.remove(item)
            both.tell(*item[1:])
        if on_belt and on_belt[0][1] <= both.now_ms:
            part, _ = on_belt.pop(0)
            why = both.twin.judge(part, both.twin.boot, both.now_ms * NS)
            passes = both.at_gate()
            assert passes == (why is GateReason.PASSED), (part, why)
            assert both.at_gate() == passes  # the eye bounces
            opened, rejected = opened + passes, rejected + (not passes)
            if not passes:
                both.scan(RejectEye=True)
        both.scan()
        compare(both)
    assert min(opened, rejected) > 50  # both happened often


def compare(both: Both) -> None:
    """What the station reads is the same; the masks start at different parts."""
    mine, twin = both.block.values["Status"], both.twin.read(0, plc_map.STATUS_SIZE)
    for at in (plc_map.ORDER, plc_map.BOOT, plc_map.COUNT, plc_map.COUNT + 1, plc_map.WANTED, plc_map.WANTED + 1):
        assert mine[at] == twin[at]
    assert both.status(plc_map.CONFIRMED) == plc_map.join32(*twin[plc_map.CONFIRMED : plc_map.CONFIRMED + 2])
    of_twin = accepted(plc_map.join32(*twin[plc_map.ACK_PART : plc_map.ACK_PART + 2]), twin[plc_map.ACK_MASK])
    newest = both.twin.count
    assert accepted(both.status(plc_map.ACK_PART), mine[plc_map.ACK_MASK]) == {p for p in of_twin if p > newest - 16}


def accepted(newest: int, mask: int) -> set[int]:
    return {newest - k for k in range(16) if mask >> k & 1}


def test_a_part_taken_off_the_belt_leaves_the_others_their_own_verdicts() -> None:
    both = Both()
    words = [Word.REJECT, Word.PASS, Word.REJECT, Word.PASS]
    for word in words:
        both.start()
        both.tell(both.count(), word)
        both.wait(PITCH_MS)
    both.wait(GATE_MS - PITCH_MS * len(words))
    both.start()
    assert not both.at_gate()  # part 1 is bad
    both.wait(2 * PITCH_MS)  # part 2, a good one, is not there any more
    both.start()
    assert not both.at_gate()  # part 3 is bad: by counting it would have passed as part 2
    both.wait(PITCH_MS)
    both.start()
    assert both.at_gate()


def test_who_cannot_be_told_apart_or_was_never_counted_is_rejected() -> None:
    both = Both()
    both.start()
    for _ in range(2):
        both.tell(both.count(), Word.PASS)
        both.wait(SCAN_MS)
    both.wait(GATE_MS - SCAN_MS)
    both.start()
    assert not both.at_gate()
    both.wait(200)
    both.start()
    assert not both.at_gate()


def test_the_gate_falls_shut_behind_its_part_and_with_the_station() -> None:
    for silent in (False, True):
        both = Both()
        if silent:
            both.block.values["GateOpenFor"] = 10_000
        both.start()
        both.tell(both.count(), Word.PASS)
        both.wait(GATE_MS)
        both.start()
        assert both.at_gate()
        both.wait(LIMIT_MS + 2 * SCAN_MS if silent else 50)
        assert not both.block.values["OpenGate"]


def test_a_pass_that_was_there_before_its_part_is_worth_nothing() -> None:
    both = Both()
    both.start()
    both.tell(1, Word.PASS)
    assert both.count() == 1
    both.wait(GATE_MS)
    both.start()
    assert not both.at_gate()


def test_without_a_measured_distance_nothing_passes() -> None:
    both = Both()
    both.block.values["GateDistance"] = 0
    both.start()
    both.tell(both.count(), Word.PASS)
    for _ in range(GATE_MS // SCAN_MS + 10):
        assert not both.at_gate()
        both.wait(SCAN_MS)
        both.live()


def test_the_stop_request_is_passed_on() -> None:
    both = Both()
    both.write(plc_map.CONTROL_REQUEST, plc_map.STOP_BELT)
    both.scan()
    assert both.block.values["StopBelt"]

"""The gate rule in every branch, and what the station sees of the PLC."""

from __future__ import annotations

from itertools import pairwise

import pytest

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State
from station.sim.book import GateReason
from station.sim.plc import IllegalAddressError, Plc

MS = 1_000_000
LIMIT_MS = 300


class Bench:
    """A PLC with a station that does everything right; tests then break one thing."""

    def __init__(self) -> None:
        self.plc = Plc(seed=1, heartbeat_limit_ns=LIMIT_MS * MS)
        self.now_ns = 0
        self.beat = 0

    def live(self, milliseconds: int = 100, state: int = State.CONTINUOUS_EXECUTION) -> None:
        """The station writes its header every 50 ms."""
        for _ in range(milliseconds // 50):
            self.beat += 1
            self.plc.write(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, self.beat & 0xFFFF, state, 0, 0])
            self.scan(50)

    def scan(self, milliseconds: int = 5) -> None:
        self.now_ns += milliseconds * MS
        self.plc.scan(self.now_ns)

    def say(self, part: int, word: Word) -> None:
        self.plc.write(plc_map.slot_register(part), list(plc_map.slot_words(part, word)))

    def judge(self, part: int) -> GateReason:
        return self.plc.judge(part, self.plc.boot, self.now_ns)

    def status(self) -> list[int]:
        return self.plc.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)


@pytest.fixture
def bench() -> Bench:
    """Producing, one part counted, nothing said about it."""
    bench = Bench()
    bench.live()
    assert bench.plc.count_edge() == 1
    bench.scan()
    return bench


def test_a_part_with_its_own_pass_passes(bench: Bench) -> None:
    bench.say(1, Word.PASS)
    bench.live()
    assert bench.judge(1) is GateReason.PASSED


def test_a_part_about_which_nothing_was_said_is_rejected(bench: Bench) -> None:
    assert bench.judge(1) is GateReason.NO_VERDICT


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (Word.BORDER, GateReason.BORDER_WORD),
        (Word.REJECT, GateReason.REJECT_WORD),
        (Word.NOT_INSPECTED, GateReason.NOT_INSPECTED_WORD),
    ],
)
def test_other_verdicts_reject(bench: Bench, word: Word, why: GateReason) -> None:
    bench.say(1, word)
    bench.live()
    assert bench.judge(1) is why


def test_a_stale_slot_passes_nobody(bench: Bench) -> None:
    """Part 17 uses the slot in which the PASS of part 1 still stands."""
    bench.say(1, Word.PASS)
    for _ in range(16):
        bench.plc.count_edge()
    bench.live()
    assert bench.judge(17) is GateReason.NO_VERDICT


def test_the_whole_number_is_compared_not_only_its_low_word(bench: Bench) -> None:
    low, high, word = plc_map.slot_words(1, Word.PASS)
    bench.plc.write(plc_map.slot_register(1), [low, high + 1, word])
    bench.live()
    assert bench.judge(1) is GateReason.NO_VERDICT


def test_the_pass_of_another_part_is_no_pass(bench: Bench) -> None:
    bench.plc.write(plc_map.slot_register(1), list(plc_map.slot_words(2, Word.PASS)))
    bench.live()
    assert bench.judge(1) is GateReason.NO_VERDICT


def test_a_byte_swapped_word_is_no_pass(bench: Bench) -> None:
    for word in Word:
        bench.plc.write(plc_map.slot_register(1) + 2, [word >> 8 | (word & 0xFF) << 8])
        bench.plc.write(plc_map.slot_register(1), [1, 0])
        bench.live()
        assert bench.judge(1) in {GateReason.UNKNOWN_WORD, GateReason.NOT_INSPECTED_WORD}


def test_no_single_flipped_bit_makes_a_pass(bench: Bench) -> None:
    bench.live()
    for word in (Word.BORDER, Word.REJECT, Word.NOT_INSPECTED):
        for bit in range(16):
            bench.plc.write(plc_map.slot_register(1), [1, 0, word ^ 1 << bit])
            assert bench.judge(1) is GateReason.UNKNOWN_WORD


def test_a_stale_heartbeat_rejects(bench: Bench) -> None:
    bench.say(1, Word.PASS)
    bench.live()
    bench.scan(LIMIT_MS - 60)
    assert bench.judge(1) is GateReason.PASSED
    bench.scan(100)
    assert bench.judge(1) is GateReason.HEARTBEAT_STALE


def test_writing_the_same_heartbeat_again_keeps_nothing_alive(bench: Bench) -> None:
    bench.say(1, Word.PASS)
    for _ in range(20):
        bench.plc.write(plc_map.CONTROL_HEARTBEAT, [bench.beat & 0xFFFF])
        bench.scan(50)
    assert bench.judge(1) is GateReason.HEARTBEAT_STALE


@pytest.mark.parametrize("state", [state for state in State if state is not State.CONTINUOUS_EXECUTION])
def test_every_other_state_rejects(bench: Bench, state: State) -> None:
    bench.say(1, Word.PASS)
    bench.live(state=state)
    assert bench.judge(1) is GateReason.NOT_EXECUTING


def test_a_byte_swapped_state_word_rejects(bench: Bench) -> None:
    bench.say(1, Word.PASS)
    bench.live(state=State.CONTINUOUS_EXECUTION << 8)
    assert bench.judge(1) is GateReason.NOT_EXECUTING


def test_a_part_that_was_not_counted_is_rejected(bench: Bench) -> None:
    bench.live()
    assert bench.judge(0) is GateReason.NOT_COUNTED


def test_restart_loses_everything_and_counts_nothing_meanwhile(bench: Bench) -> None:
    bench.say(1, Word.PASS)
    bench.live()
    boot = bench.plc.boot
    bench.plc.restart(bench.now_ns, 500 * MS)
    assert not bench.plc.running
    assert bench.judge(1) is GateReason.PLC_DOWN
    assert bench.plc.count_edge() == 0
    bench.scan(499)
    assert not bench.plc.running
    bench.scan(1)
    assert bench.plc.running
    assert bench.plc.boot not in {0, boot}
    assert bench.status()[plc_map.COUNT] == 0
    assert bench.plc.judge(1, boot, bench.now_ns) is GateReason.NOT_COUNTED
    assert bench.judge(1) is GateReason.NOT_EXECUTING


def test_after_a_restart_the_first_heartbeat_value_is_no_change(bench: Bench) -> None:
    """A station whose inspection stands still repeats its last value; that must not look alive."""
    bench.plc.restart(bench.now_ns, 10 * MS)
    bench.scan(20)
    part = bench.plc.count_edge()
    bench.plc.write(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, 4711, State.CONTINUOUS_EXECUTION, 0, 0])
    bench.say(part, Word.PASS)
    bench.scan()
    assert bench.judge(part) is GateReason.HEARTBEAT_STALE


def test_boot_ids_differ_at_every_start() -> None:
    plc = Plc(seed=3, heartbeat_limit_ns=MS)
    boots = [plc.boot]
    for start in range(200):
        plc.restart(start * MS, 0)
        boots.append(plc.boot)
    assert 0 not in boots
    assert all(a != b for a, b in pairwise(boots))
    assert max(boots) <= 0xFFFF


def test_the_count_is_visible_after_the_next_scan(bench: Bench) -> None:
    bench.plc.count_edge()
    assert bench.status()[plc_map.COUNT] == 1
    bench.scan()
    assert bench.status()[plc_map.COUNT : plc_map.COUNT + 2] == [2, 0]


def test_accepted_verdicts_show_in_ack_part_and_mask(bench: Bench) -> None:
    for _ in range(4):
        bench.plc.count_edge()
    for part in (1, 3, 4):
        bench.say(part, Word.REJECT)
    bench.scan()
    status = bench.status()
    assert status[plc_map.ACK_PART : plc_map.ACK_PART + 2] == [4, 0]
    assert status[plc_map.ACK_MASK] == 0b1011


def test_a_verdict_after_the_gate_is_not_accepted(bench: Bench) -> None:
    assert bench.judge(1) is GateReason.NO_VERDICT
    bench.say(1, Word.PASS)
    bench.scan()
    assert bench.status()[plc_map.ACK_MASK] == 0


def test_a_verdict_for_a_part_not_yet_counted_is_not_accepted(bench: Bench) -> None:
    bench.say(2, Word.PASS)
    bench.scan()
    assert bench.status()[plc_map.ACK_MASK] == 0


def test_rejects_are_confirmed_and_passes_are_not(bench: Bench) -> None:
    bench.plc.count_edge()
    bench.say(2, Word.PASS)
    bench.live()
    bench.judge(1)
    bench.judge(2)
    bench.scan()
    assert bench.status()[plc_map.CONFIRMED : plc_map.CONFIRMED + 2] == [1, 0]


def test_constants_heartbeat_encoder_and_inputs(bench: Bench) -> None:
    before = bench.status()
    bench.plc.inputs = plc_map.BIN_FULL | plc_map.AIR_LOW
    bench.scan(100)
    after = bench.status()
    assert after[plc_map.ORDER] == plc_map.BYTE_ORDER
    assert after[plc_map.BOOT] == bench.plc.boot
    assert after[plc_map.HEARTBEAT] != before[plc_map.HEARTBEAT]
    assert plc_map.join32(*after[plc_map.ENCODER : plc_map.ENCODER + 2]) == bench.now_ns // MS
    assert after[plc_map.INPUTS] == 3


@pytest.mark.parametrize(("address", "count"), [(0, 16), (14, 2), (50, 1), (99, 2), (154, 2), (155, 1)])
def test_reading_what_does_not_exist(address: int, count: int) -> None:
    with pytest.raises(IllegalAddressError):
        Plc(seed=1, heartbeat_limit_ns=MS).read(address, count)


@pytest.mark.parametrize(("address", "count"), [(0, 1), (14, 1), (99, 2), (154, 2)])
def test_writing_what_is_not_ours(address: int, count: int) -> None:
    plc = Plc(seed=1, heartbeat_limit_ns=MS)
    with pytest.raises(IllegalAddressError):
        plc.write(address, [7] * count)
    assert plc.read(plc_map.CONTROL_BASE, 53) == [0] * 53


def test_a_new_part_finds_an_empty_slot() -> None:
    """Two flipped bits can pass an XOR checksum and turn the PASS of part 5 into one of part 21, yet to come."""
    plc = Plc(seed=1, heartbeat_limit_ns=MS)
    for _ in range(20):
        plc.count_edge()
    plc.write(plc_map.slot_register(21), list(plc_map.slot_words(21, Word.PASS)))
    assert plc.count_edge() == 21
    assert plc.read(plc_map.slot_register(21), plc_map.SLOT_SIZE) == [0, 0, 0]


def test_a_stop_request_holds_until_it_is_taken_back_and_no_longer_than_the_plc_runs(bench: Bench) -> None:
    for request, stop in ((plc_map.STOP_BELT, True), (2, False), (plc_map.STOP_BELT | 2, True)):
        bench.plc.write(plc_map.CONTROL_REQUEST, [request])
        assert bench.plc.stop_requested is stop
    bench.plc.restart(bench.now_ns, 100 * MS)
    assert not bench.plc.stop_requested

"""The PLC link under a virtual clock: handshake, order of exchanges, quiet gap, loss."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import PortError
from station.core.plc_map import Word
from station.line.link import PlcLink, PlcStatus, Written

MS = 1_000_000
LINE = LineSection()


class Bench:
    """A link, a PLC, and the function code of every request that went out."""

    def __init__(self, plc, line=LINE):
        self.plc, self.now_ns = plc, 10**12
        self.link = PlcLink(line)
        self.link.port_opened(self.now_ns)
        self.link.state_word = 6
        self.functions: list[int] = []
        self.mute = False
        self.damage = False

    def step(self, due=(), answer_ms=3):
        """One exchange if the link wants one now; what its answer says."""
        request = self.link.transmit(self.now_ns, due)
        if request is None:
            return None
        self.functions.append(request[1])
        if self.mute:
            return None
        answer = bytearray(self.plc.answer(request, self.now_ns))
        answer[-1] ^= self.damage
        self.now_ns += answer_ms * MS
        return self.link.receive(bytes(answer), self.now_ns)

    def wait(self, ms):
        self.now_ns += ms * MS
        self.link.tick(self.now_ns)

    def run(self, ms, due=()):
        results = []
        for _ in range(ms):
            self.wait(1)
            if (result := self.step(due)) is not None:
                results.append(result)
        return results

    def up(self):
        self.run(50)
        assert self.link.up
        return self


@pytest.fixture
def bench(plc):
    """A link that waits for its first exchange."""
    return Bench(plc)


def test_handshake_proves_both_directions_and_empties_the_slots_before_the_first_status(bench):
    bench.plc.memory[plc_map.SLOT_BASE] = 99
    results = bench.run(60)
    assert bench.functions[:4] == [23, 3, 16, 23]
    assert bench.plc.writes[1] == (plc_map.SLOT_BASE, [0] * 48)
    assert isinstance(results[0], PlcStatus)
    assert bench.link.up


@pytest.mark.parametrize(("side", "verb"), [("swap_reads", "reads"), ("swap_writes", "writes")])
def test_byte_swap_is_noticed_either_way(bench, side, verb):
    setattr(bench.plc, side, True)
    bench.run(300)
    assert not bench.link.up
    assert f"the PLC {verb} its registers with swapped bytes" in bench.link.detail
    assert 16 not in bench.functions


def test_swap_that_begins_later_ends_the_link_at_once(bench):
    bench.up().plc.swap_reads = True
    bench.run(15)
    assert not bench.link.up
    assert "swapped" in bench.link.detail


def test_foreign_register_map_is_named(bench, monkeypatch):
    monkeypatch.setattr(type(bench.plc), "_status", lambda self, now: [0x0815] + [0] * 14)
    bench.run(100)
    assert "register ORDER is 0x0815, not 0x1234" in bench.link.detail


def test_poll_writes_the_header_and_reads_32_bit_counts(bench):
    bench.up()
    bench.plc.count = 0x00054321
    bench.plc.inputs = 2
    bench.link.state_word, bench.link.recipe_id, bench.link.alive = 8, 0xCAFE1234, True
    status = bench.run(20)[-1]
    assert (status.boot, status.count, status.inputs) == (7, 0x54321, 2)
    assert [bench.plc.memory[address] for address in (100, 102, 103, 104)] == [0x1234, 8, 0x1234, 0xCAFE]
    assert bench.link.told_word == 8


def test_heartbeat_advances_only_while_inspection_lives(bench):
    bench.up()
    still = bench.plc.memory[101]
    bench.run(50)
    assert bench.plc.memory[101] == still
    bench.link.alive = True
    bench.run(50)
    assert bench.plc.memory[101] > still


def test_heartbeat_wraps(bench):
    bench.up().link.alive = True
    bench.link.heartbeat = 0xFFFF
    bench.run(12)
    assert bench.plc.memory[101] in {0, 1}


def test_neighbouring_verdicts_go_in_one_write_and_the_ring_ends_it(bench):
    bench.up()
    due = [(part, Word.REJECT) for part in (13, 14, 15, 16, 17, 19)]
    while not isinstance(written := bench.step(due), Written):
        bench.wait(1)
    assert [part for part, _ in written.slots] == [13, 14, 15]
    while not isinstance(written := bench.step(due[3:]), Written):
        bench.wait(1)
    assert [part for part, _ in written.slots] == [16, 17]
    assert bench.plc.memory[plc_map.slot_register(16) + 2] == 0xC35A
    assert bench.plc.memory[plc_map.slot_register(19)] == 0


def test_high_word_of_a_part_number_is_written(bench):
    bench.up()
    bench.run(20, due=[(0x12345678, Word.PASS)])
    at = plc_map.slot_register(0x12345678)
    assert [bench.plc.memory[at + i] for i in range(3)] == [0x5678, 0x1234, 0x3CA5]


def test_polls_and_writes_take_turns_on_a_slow_line(plc):
    bench = Bench(plc, LineSection(poll_ms=2)).up()
    bench.functions.clear()
    bench.run(60, due=[(1, Word.PASS)])
    assert bench.functions[:6] in ([23, 16] * 3, [16, 23] * 3)


def test_nothing_is_sent_within_the_quiet_gap(bench):
    bench.up().damage = True
    while bench.step() is None and not bench.link.errors:
        bench.wait(1)
    sent = len(bench.functions)
    bench.run(LINE.quiet_ms - 1)
    assert len(bench.functions) == sent
    bench.run(2)
    assert len(bench.functions) == sent + 1
    assert "wrong CRC" in bench.link.detail


def test_silence_after_each_answer_is_kept(bench):
    bench.up()
    while bench.step() is None:
        bench.wait(1)
    assert bench.link.transmit(bench.now_ns + 1_700_000, [(1, Word.PASS)]) is None
    assert bench.link.transmit(bench.now_ns + 1_800_000, [(1, Word.PASS)]) is not None


def test_one_exchange_at_a_time(bench):
    bench.up().mute = True
    bench.wait(20)
    bench.step()
    assert bench.link.transmit(bench.now_ns + 30 * MS, [(1, Word.PASS)]) is None
    assert bench.link.slots_on_wire == ()


def test_answer_that_comes_after_its_time_is_not_taken_for_the_next_one(bench):
    bench.up()
    bench.wait(20)
    late = bench.plc.answer(bench.link.transmit(bench.now_ns, []), bench.now_ns)
    bench.wait(LINE.response_ms)
    assert bench.link.errors == 1
    assert bench.link.receive(late, bench.now_ns) is None
    assert bench.link.up


def test_one_lost_answer_does_not_lose_the_link_but_silence_does(bench):
    bench.up().mute = True
    bench.run(100)
    assert bench.link.up
    while bench.link.up:
        bench.run(1)
    assert "no good answer for 300 ms" in bench.link.detail
    assert "no answer within 60 ms" in bench.link.detail
    bench.mute = False
    bench.run(150)
    assert bench.link.up


def test_plc_program_that_stands_still_is_a_lost_link(bench):
    bench.up().plc.frozen_program = True
    while bench.link.up:
        bench.run(1)
    assert "its program stands still" in bench.link.detail
    assert bench.run(1000) == []  # its answers say nothing, however good they are
    bench.plc.frozen_program = False
    assert bench.run(200)


def test_vanished_port_sends_nothing(bench):
    bench.up().link.port_lost(PortError("/dev/x: vanished"), bench.now_ns)
    bench.functions.clear()
    bench.run(500)
    assert bench.functions == []
    assert bench.link.detail == "/dev/x: vanished"
    assert bench.link.wake_ns(True) > bench.now_ns + 10**12


def test_wake_time_is_when_something_can_happen(bench):
    bench.up()
    bench.run(5)
    while bench.step() is None:
        bench.wait(1)
    idle, busy = bench.link.wake_ns(False), bench.link.wake_ns(True)
    assert bench.now_ns < busy < idle <= bench.now_ns + LINE.poll_ms * MS
    assert bench.link.transmit(idle, []) is not None
    assert bench.link.wake_ns(False) == idle + LINE.response_ms * MS


@pytest.mark.parametrize(
    ("part", "accepted"), [(100, True), (99, False), (98, True), (85, True), (84, False), (101, False)]
)
def test_acknowledge_mask(part, accepted):
    status = PlcStatus(0, 0, 7, 101, 0, 100, 0b1000_0000_0000_0101, 0)
    assert status.accepts(part) is accepted

"""The PLC link in every dialect: handshake, polls and verdicts, and what a status must be to be believed."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.config import LineSection
from station.core.plc_map import Word
from station.line.link import PlcLink, PlcStatus, Written
from station.sim.plc import Plc
from station.sim.slaves import DIALECTS, slave_of

MS = 1_000_000


class Registers:
    """The PLC behind settings that are wrong: a gateway that swaps bytes or words."""

    def __init__(self, plc):
        self.plc = plc
        self.read_as = self.write_as = list

    def read(self, address, count):
        return list(self.read_as(self.plc.read(address, count)))

    def write(self, address, values):
        self.plc.write(address, list(self.write_as(values)))


class Bench:
    """A link and a simulated PLC of one dialect, an answer 2 ms after each request."""

    def __init__(self, name):
        self.plc = Plc(seed=3, heartbeat_limit_ns=300 * MS)
        self.registers = Registers(self.plc)
        self.slave = slave_of(name, self.registers)
        self.link = PlcLink(LineSection(dialect=name))
        self.now_ns = 10**12
        self.link.port_opened(self.now_ns)
        self.link.state_word, self.link.alive, self.link.recipe_id = 8, True, 0xCAFE1234
        self.sent = 0

    def run(self, ms, due=()):
        results = []
        for _ in range(ms):
            self.now_ns += MS
            self.plc.scan(self.now_ns)
            self.link.tick(self.now_ns)
            request = self.link.transmit(self.now_ns, due)
            if request:
                self.sent += 1
                self.now_ns += 2 * MS
                result = self.link.receive(self.slave.feed(self.now_ns, request), self.now_ns)
                results += [result] if result else []
        return results


@pytest.fixture(params=DIALECTS)
def bench(request):
    return Bench(request.param)


def swap_bytes(values):
    return [value >> 8 | (value & 0xFF) << 8 for value in values]


def swap_words(values):
    pairs = [values[at : at + 2][::-1] for at in range(0, len(values), 2)]
    return [value for pair in pairs for value in pair]


def test_handshake_poll_and_verdicts(bench):
    bench.plc.write(plc_map.SLOT_BASE, [99] * 48)
    statuses = bench.run(60)
    assert bench.link.up
    assert bench.plc.read(plc_map.SLOT_BASE, 48) == [0] * 48
    assert isinstance(statuses[0], PlcStatus)
    assert bench.plc.read(102, 3) == [8, 0x1234, 0xCAFE]
    due = [(part, Word.PASS) for part in range(1, 13)]
    written = [result for result in bench.run(40, due) if isinstance(result, Written)]
    assert written[0].slots == tuple(due[: min(12, bench.link._dialect.most // 3)])
    assert bench.plc.read(plc_map.slot_register(1), 3) == [1, 0, Word.PASS]


def test_a_poll_of_two_exchanges_is_not_torn_apart_by_verdicts(bench):
    bench.run(60)
    bench.run(3)
    sent = bench.sent
    results = bench.run(60, due=[(1, Word.PASS)])
    polls = sum(isinstance(result, PlcStatus) for result in results)
    writes = sum(isinstance(result, Written) for result in results)
    row = len(bench.link._dialect.poll([0] * plc_map.CONTROL_SIZE))
    assert abs(bench.sent - sent - (row * polls + writes)) <= 1
    assert polls > 3 < writes


@pytest.mark.parametrize("direction", ["read_as", "write_as"])
@pytest.mark.parametrize(("swap", "words"), [(swap_bytes, "swapped bytes"), (swap_words, "swapped words")])
def test_another_order_of_bytes_or_words_is_never_linked(bench, direction, swap, words):
    setattr(bench.registers, direction, swap)
    if direction == "write_as":
        bench.registers.write_as = lambda values: swap(values) if len(values) == plc_map.CONTROL_SIZE else values
    bench.run(400)
    assert not bench.link.up
    assert words in bench.link.detail
    assert f"the PLC {'reads' if direction == 'read_as' else 'writes'}" in bench.link.detail


def test_a_status_that_leaps_is_believed_when_it_is_read_twice(bench):
    bench.run(60)
    honest = bench.registers.read_as
    leaps = iter([True])

    def leap_once(values):
        if len(values) == plc_map.STATUS_SIZE and next(leaps, False):
            values[plc_map.COUNT] += 0x400  # what two flipped bits can do
            values[plc_map.WANTED] = 5
        return values

    bench.registers.read_as = leap_once
    statuses = bench.run(60)
    assert {(status.count, status.wanted) for status in statuses} == {(0, 0)}
    bench.registers.read_as = honest
    for _ in range(7):
        bench.plc.count_edge()
    bench.plc.inputs = plc_map.GATE_FAULT
    assert {(status.count, status.inputs) for status in bench.run(60)[1:]} == {(7, plc_map.GATE_FAULT)}


def test_a_restarted_plc_is_believed_within_two_polls(bench):
    bench.run(60)
    old = bench.plc.boot
    bench.plc.restart(bench.now_ns, 0)
    statuses = bench.run(60)
    assert {status.boot for status in statuses} - {old} == {bench.plc.boot}

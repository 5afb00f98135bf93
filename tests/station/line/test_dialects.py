"""Every dialect against the simulated slave that speaks it: each has a codec of its own."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import ConfigError, PlcFrameError
from station.line.dialects import dialect_of
from station.line.port import SerialPort
from station.sim.plc import Plc
from station.sim.pty_port import PtyPort
from station.sim.slaves import DIALECTS, slave_of

HEADER = (plc_map.BYTE_ORDER, 7, 8, 0xBEEF, 0x00CA, 1, 0x3CA5)


class Wire:
    """A dialect and a PLC that speaks it, without a wire between."""

    def __init__(self, name):
        self.dialect = dialect_of(LineSection(dialect=name))
        self.plc = Plc(seed=1, heartbeat_limit_ns=10**9)
        self.slave = slave_of(name, self.plc)

    def ask(self, row):
        words = ()
        for exchange in row:
            answer = self.slave.feed(0, exchange.request)
            words += exchange.feed(answer)
            assert len(answer) == exchange.answer_bytes
        return words


@pytest.fixture(params=DIALECTS)
def wire(request):
    return Wire(request.param)


def test_a_poll_writes_the_header_and_reads_the_whole_status_in_its_last_exchange(wire):
    row = wire.dialect.poll(HEADER)
    words = wire.ask(row)
    assert words == tuple(wire.plc.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE))
    assert wire.plc.read(plc_map.CONTROL_BASE, plc_map.CONTROL_SIZE) == list(HEADER)
    last = wire.slave.feed(10**9, row[-1].request)
    assert wire.dialect.poll(HEADER)[-1].answer_bytes == len(last)


def test_all_slots_are_written_and_read_in_pieces_of_whole_slots(wire):
    values = [random.Random(4).randrange(0x10000) for _ in range(plc_map.SLOTS * plc_map.SLOT_SIZE)]
    assert wire.ask(wire.dialect.write(plc_map.SLOT_BASE, values)) == ()
    assert wire.ask(wire.dialect.read(plc_map.SLOT_BASE, len(values))) == tuple(values)
    assert wire.dialect.most % plc_map.SLOT_SIZE == 0
    assert len(wire.dialect.write(plc_map.SLOT_BASE, [0] * wire.dialect.most)) == 1


def test_what_the_plc_does_not_have_is_refused_in_words(wire):
    for row in (wire.dialect.read(500, 2), wire.dialect.write(0, [1]), wire.dialect.write(153, [1, 2, 3])):
        with pytest.raises(PlcFrameError, match=r"exception 2|code b'02'|end code b'15'|error b'(06|7E43)'"):
            wire.ask(row)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DIALECTS), st.binary(max_size=30), st.lists(st.integers(0, 120), max_size=6), st.booleans())
def test_any_split_gives_the_same_words(name, tail, cuts, read):
    wire = Wire(name)
    row = wire.dialect.read(0, plc_map.STATUS_SIZE) if read else wire.dialect.write(100, HEADER)
    answer = wire.slave.feed(0, row[0].request) + tail
    places = [0, *sorted(cuts), len(answer)]
    results = [row[0].feed(answer[a:b]) for a, b in pairwise(places) if a <= row[0].answer_bytes]
    whole = tuple(wire.plc.read(0, plc_map.STATUS_SIZE)) if read else ()
    assert next(words for words in results if words is not None) == whole


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DIALECTS), st.binary(max_size=400), st.booleans())
def test_noise_is_no_answer_and_little_of_it_is_kept(name, noise, read):
    dialect = dialect_of(LineSection(dialect=name))
    exchange = (dialect.read(0, 15) if read else dialect.write(100, HEADER))[0]
    for at in range(0, len(noise), 7):
        try:
            assert exchange.feed(noise[at : at + 7]) is None
        except PlcFrameError:
            break
        assert len(exchange._answer) <= 256


@pytest.mark.parametrize("name", DIALECTS)
def test_every_single_flipped_bit_of_a_status_is_found(name):
    wire = Wire(name)
    exchange = wire.dialect.read(0, plc_map.STATUS_SIZE)[0]
    answer = wire.slave.feed(0, exchange.request)
    for bit in range(8 * len(answer)):
        damaged = bytearray(answer)
        damaged[bit // 8] ^= 1 << bit % 8
        fresh = Wire(name).dialect.read(0, plc_map.STATUS_SIZE)[0]
        try:
            assert fresh.feed(bytes(damaged)) is None
        except PlcFrameError:
            continue


@pytest.mark.parametrize("name", DIALECTS)
def test_every_single_flipped_bit_of_a_request_is_found(name):
    request = Wire(name).dialect.write(plc_map.slot_register(5), plc_map.slot_words(5, plc_map.Word.PASS))[0].request
    for bit in range(8 * len(request)):
        wire = Wire(name)
        before = wire.plc.read(plc_map.SLOT_BASE, 48)
        damaged = bytearray(request)
        damaged[bit // 8] ^= 1 << bit % 8
        wire.slave.feed(0, bytes(damaged))
        assert wire.plc.read(plc_map.SLOT_BASE, 48) == before


def test_a_response_time_that_the_baud_rate_cannot_keep_is_named():
    with pytest.raises(ConfigError, match=r"response_ms = 60: at 9600 baud the longest exchange of host-link takes \d"):
        dialect_of(LineSection(dialect="host-link", baud=9600))
    dialect_of(LineSection(dialect="host-link", baud=9600, response_ms=200))


@pytest.mark.parametrize("name", DIALECTS)
def test_exchange_over_a_pseudo_terminal(name, tmp_path):
    wire = Wire(name)
    far = PtyPort(tmp_path / "plc")
    port = SerialPort(str(tmp_path / "plc"), 115200)
    try:
        words = ()
        for exchange in wire.dialect.poll(HEADER):
            port.write(exchange.request)
            got = None
            end = time.monotonic() + 10
            while got is None and time.monotonic() < end:
                far.write(wire.slave.feed(0, far.read()))
                got = exchange.feed(port.read_waiting())
            words += got
        assert words[plc_map.ORDER] == plc_map.BYTE_ORDER
        assert words == tuple(wire.plc.read(0, plc_map.STATUS_SIZE))
        assert wire.plc.read(100, 7) == list(HEADER)
    finally:
        port.close()
        far.close()

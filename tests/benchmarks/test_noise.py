"""Ten million bytes of noise in each dialect, to the PLC and to the station: no PASS is ever taken.

    pytest -m long tests/benchmarks/test_noise.py

Half of the noise is any byte, half consists of the dialect's own characters, and some of it begins like the real thing:
bytes at random alone seldom get past the first check.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from station.core import plc_map
from station.core.config import DialectName, LineSection
from station.core.plc_map import Word
from station.line.dialects import dialect_of
from station.line.link import PlcLink
from station.sim.plc import IllegalAddressError, Plc
from station.sim.slaves import DIALECTS, slave_of

BYTES = 10_000_000
MUTATIONS = 200_000
MS = 1_000_000


class Shelf:
    """Registers that take note of what noise writes into them."""

    def __init__(self) -> None:
        self.writes: list[tuple[int, list[int]]] = []

    def read(self, address: int, count: int) -> list[int]:
        if address + count > plc_map.SLOT_BASE + 48:
            raise IllegalAddressError
        return [0] * count

    def write(self, address: int, values: list[int]) -> None:
        if address + len(values) > plc_map.SLOT_BASE + 48:
            raise IllegalAddressError
        self.writes.append((address, values))


def noise(alphabet: bytes, beginnings: list[bytes], seed: int) -> Iterator[bytes]:
    """Pieces of 1..120 bytes, BYTES together."""
    dice = random.Random(seed)
    left = BYTES
    while left > 0:
        size = dice.randint(1, 120)
        piece = bytes(dice.choices(alphabet, k=size)) if dice.random() < 0.5 else dice.randbytes(size)
        if dice.random() < 0.5:
            start = dice.choice(beginnings)
            piece = start[: dice.randint(0, len(start) // 2)] + piece
        left -= len(piece)
        yield piece


def requests(name: DialectName) -> list[bytes]:
    dialect = dialect_of(LineSection(dialect=name))
    rows = [*dialect.poll([0x1234] * plc_map.CONTROL_SIZE)]
    for part in range(16):
        rows += dialect.write(plc_map.slot_register(part), plc_map.slot_words(part, Word.PASS))
    return [exchange.request for exchange in rows]


@pytest.mark.long
@pytest.mark.parametrize("name", DIALECTS)
def test_no_noise_puts_a_pass_into_the_plc(name: DialectName) -> None:
    shelf, beginnings = Shelf(), requests(name)
    slave, now_ns = slave_of(name, shelf), 0
    for piece in noise(bytes({*b"".join(beginnings)}), beginnings, seed=1):
        now_ns += 6 * MS  # longer than the byte time-out: a Modbus slave is deaf before
        slave.feed(now_ns, piece)
    assert not [write for write in shelf.writes if Word.PASS in write[1]]
    assert slave.damaged > 100


@pytest.mark.long
@pytest.mark.parametrize("name", DIALECTS)
def test_no_noise_is_a_status_or_brings_the_link_up(name: DialectName) -> None:
    slave, link, now_ns = slave_of(name, Plc(1, 10**9)), PlcLink(LineSection(dialect=name)), 0
    answers = [slave.feed(0, request) for request in requests(name)]
    link.port_opened(0)
    for piece in noise(bytes({*b"".join(answers)}), answers, seed=2):
        now_ns += 40 * MS  # past the quiet gap
        link.tick(now_ns)
        link.transmit(now_ns, [])
        assert link.receive(piece, now_ns) is None
    assert not link.up
    assert link.errors > BYTES / 1000


@pytest.mark.long
@pytest.mark.parametrize("name", DIALECTS)
def test_a_damaged_pass_reaches_no_other_part_that_is_there(name: DialectName) -> None:
    """One to four characters of a real request replaced, lost or repeated: two of them can pass a weak checksum."""
    dice, passed = random.Random(3), 0
    dialect, alphabet = dialect_of(LineSection(dialect=name)), bytes({*b"".join(requests(name))})
    slave = slave_of(name, shelf := Shelf())
    for turn in range(MUTATIONS):
        part = 96 + turn % 16
        request = dialect.write(plc_map.slot_register(part), plc_map.slot_words(part, Word.PASS))[0].request
        slave.reset()  # what is left of the last request belongs to the last part
        slave.feed(turn * 10 * MS, mutated(request, alphabet, dice))
        for address, values in shelf.writes:
            passed += 1
            assert not others_passed(address, values, part)
        shelf.writes.clear()
    assert passed < MUTATIONS / 20  # the others are refused; some of these were not changed at all


def mutated(request: bytes, alphabet: bytes, dice: random.Random) -> bytes:
    data = bytearray(request)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                del data[at]
            case 1:
                data.insert(at, data[at])
            case _:
                data[at] = dice.choice(alphabet)
    return bytes(data)


def others_passed(address: int, values: list[int], part: int) -> list[int]:
    """Parts of this round of the ring, other than `part`, for which these registers are a PASS."""
    held = dict(enumerate(values, address))
    found = []
    for other in range(96, 112):
        at = plc_map.slot_register(other)
        slot = tuple(held.get(at + offset) for offset in range(plc_map.SLOT_SIZE))
        if other != part and slot == plc_map.slot_words(other, Word.PASS):
            found.append(other)
    return found

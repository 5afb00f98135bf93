"""A small Modbus RTU master (own CRC, own encoder) and a station that judges parts, under virtual time."""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State
from station.sim.conveyor import PhysicalPart
from station.sim.virtual import PlantSettings, VirtualPlant

MS = 1_000_000


def bitwise_crc(data: bytes) -> bytes:
    """CRC-16/MODBUS bit by bit, independent of station.core.crc; low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return struct.pack("<H", crc)


def with_crc(data: bytes) -> bytes:
    """A complete RTU frame."""
    return data + bitwise_crc(data)


def exchange_request(address: int, values: list[int], count: int = plc_map.STATUS_SIZE) -> bytes:
    """Function 23 to unit 1: write `values` to `address`, read `count` status registers."""
    head = struct.pack(">BBHHHHB", 1, 23, plc_map.STATUS_BASE, count, address, len(values), 2 * len(values))
    return with_crc(head + struct.pack(f">{len(values)}H", *values))


def words(answer: bytes) -> list[int]:
    """Registers of a checked read answer."""
    assert with_crc(answer[:-2]) == answer
    assert answer[2] == len(answer) - 5
    return list(struct.unpack(f">{answer[2] // 2}H", answer[3:-2]))


class TinyStation:
    """Writes header and verdicts by function 23, one exchange every 10 ms; judges by asking `judge`."""

    def __init__(self, plant: VirtualPlant, judge: Callable[[PhysicalPart], Word]) -> None:
        self.plant = plant
        self.judge = judge
        self.now_ns = 0
        self.beats = True
        self.silent = False
        self.state = State.CONTINUOUS_EXECUTION
        self.status: list[int] = []
        self.edges: list[PhysicalPart] = []
        self._beat = 0
        self._buffer = bytearray()
        self._exchanges = 0

    def run(self, milliseconds: int) -> None:
        """Let time pass in steps of 1 ms."""
        for _ in range(milliseconds):
            self.now_ns += MS
            if self.now_ns % (10 * MS) == 0 and not self.silent:
                self._buffer.clear()
                self.plant.send(self.now_ns, self._request())
            happened = self.plant.advance(self.now_ns)
            self.edges += happened.edges
            self._buffer += bytes(byte for _, byte in happened.replies)
            if len(self._buffer) == 5 + 2 * plc_map.STATUS_SIZE and with_crc(bytes(self._buffer[:-2])) == self._buffer:
                self.status = words(bytes(self._buffer))

    def run_to_end(self) -> None:
        """Until all parts are through the gate (or five minutes)."""
        while not self.plant.finished and self.now_ns < 300_000 * MS:
            self.run(20)

    def _request(self) -> bytes:
        self._exchanges += 1
        count = plc_map.join32(*self.status[2:4]) if self.status else 0
        if self._exchanges % 2 and count and count <= len(self.edges):
            verdict = self.judge(self.edges[count - 1])
            return exchange_request(plc_map.slot_register(count), list(plc_map.slot_words(count, verdict)))
        self._beat += self.beats
        return exchange_request(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, self._beat & 0xFFFF, self.state, 0, 0])


def honest(part: PhysicalPart) -> Word:
    """The right answer."""
    return Word.REJECT if part.truly_bad else Word.PASS


@pytest.fixture
def frame() -> Callable[[bytes], bytes]:
    """Adds an independent CRC."""
    return with_crc


@pytest.fixture
def registers_of() -> Callable[[bytes], list[int]]:
    """Checks a read answer and returns its registers."""
    return words


@pytest.fixture
def exchange() -> Callable[..., bytes]:
    """Encodes function 23."""
    return exchange_request


@pytest.fixture
def start_station() -> Callable[..., TinyStation]:
    """`start_station(parts=20, judge=..., **settings)`: an honest station on a virtual plant."""

    def start(judge: Callable[[PhysicalPart], Word] = honest, **settings: float) -> TinyStation:
        return TinyStation(VirtualPlant(PlantSettings(**settings)), judge)  # type: ignore[arg-type]

    return start


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A run directory whose path is short enough for sockets."""
    path = Path(tempfile.mkdtemp(prefix="sk"))
    yield path
    shutil.rmtree(path)

"""The probe finds a slave's byte time-out: exactly under a virtual clock, and sends nothing but reads."""

from __future__ import annotations

import pytest

from station.core.config import LineSection
from station.core.errors import PlcFrameError, PlcTimeoutError
from station.desk.plc_probe import PlcProbe
from station.sim.modbus_slave import ModbusSlave
from station.sim.plc import Plc
from station.sim.wire import Wire

MS = 1_000_000
STEP_NS = MS // 10
HEARTBEAT_NS = 300 * MS


class VirtualLink:
    """Port and clock in one: our simulated slave behind our simulated wire."""

    def __init__(self, byte_timeout_ms: float, baud: int = 115200, late_ms: float = 0.0) -> None:
        self.plc = Plc(seed=1, heartbeat_limit_ns=HEARTBEAT_NS)
        self.slave = ModbusSlave(self.plc, byte_timeout_ns=round(byte_timeout_ms * MS))
        self.wire = Wire(baud, seed=1)
        self.late_ns = round(late_ms * MS)  # every sleep lasts so much longer: a busy machine
        self.clock_ns = 0
        self.functions: set[int] = set()
        self._received = b""

    def now_ns(self) -> int:
        return self.clock_ns

    def sleep(self, seconds: float) -> None:
        self._pass(self.clock_ns + round(seconds * 1e9) + self.late_ns)

    def write(self, data: bytes) -> None:
        self.functions.add(data[1])
        self.wire.to_slave.send(self.clock_ns, data)

    def read_waiting(self) -> bytes:
        data, self._received = self._received, b""
        return data

    def read(self, deadline_ns: int) -> bytes:
        while not self._received and self.clock_ns < deadline_ns:
            self._pass(self.clock_ns + STEP_NS)
        if not self._received:
            raise PlcTimeoutError("no answer")
        return self.read_waiting()

    def _pass(self, until_ns: int) -> None:
        while self.clock_ns < until_ns:
            self.clock_ns = min(self.clock_ns + STEP_NS, until_ns)
            for at, byte in self.wire.to_slave.arrived(self.clock_ns):
                if answer := self.slave.feed(at, bytes([byte])):
                    self.wire.to_master.send(at + MS, answer)
            self.slave.feed(self.clock_ns)
            self._received += bytes(byte for _, byte in self.wire.to_master.arrived(self.clock_ns))


def probe(link: VirtualLink, **line: int) -> PlcProbe:
    return PlcProbe(link, LineSection(**line), now_ns=link.now_ns, sleep=link.sleep)  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout_ms", [1.0, 5.0, 40.0, 500.0, 1500.0])
@pytest.mark.parametrize("late_ms", [0.0, 3.0])
def test_finds_the_byte_time_out(timeout_ms: float, late_ms: float) -> None:
    link = VirtualLink(timeout_ms, late_ms=late_ms)
    prober = probe(link)
    prober.round_trips(10)
    found = prober.resynchronisation()
    assert timeout_ms - 0.2 <= found <= 1.05 * timeout_ms + 2 + late_ms
    assert link.functions == {3}


def test_poll_takes_what_the_wire_takes() -> None:
    link = VirtualLink(5.0, baud=9600)
    times = probe(link, baud=9600).round_trips(20)
    wire_ms = (8 + 5 + 2 * 15) * 10 / 9.6 + 1  # request, answer, turnaround
    assert len(times) == 20
    assert times == sorted(times)
    assert times[0] == pytest.approx(wire_ms, abs=0.2)


def test_slow_lines_count_the_silence_from_the_last_bit() -> None:
    link = VirtualLink(30.0, baud=1200)
    prober = probe(link, baud=1200)
    prober.round_trips(5)
    assert 21 <= prober.resynchronisation() <= 32  # 30 ms from stop bit to stop bit: a character of it is no silence


def test_noise_on_the_wire_does_not_mislead_much() -> None:
    link = VirtualLink(50.0)
    prober = probe(link)
    prober.round_trips(10)
    link.wire.trouble.noise(0.001, 0.001, 1 << 62)
    assert 49 <= prober.resynchronisation() <= 80


def test_slave_that_never_hears_again_or_not_at_all() -> None:
    deaf = probe(VirtualLink(10_000.0))
    deaf.round_trips(5)
    with pytest.raises(PlcTimeoutError, match="does not answer within 2000 ms of silence; shorten the byte time-out"):
        deaf.resynchronisation()
    with pytest.raises(PlcTimeoutError, match="no answer"):
        probe(VirtualLink(5.0), unit=9).round_trips()


def test_registers_that_the_slave_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station.core.plc_map.STATUS_BASE", 4000)
    with pytest.raises(PlcFrameError, match="exception 2"):
        probe(VirtualLink(5.0)).round_trips()

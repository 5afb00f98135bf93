"""The plant as one object under any clock: conveyor, wire, slave, PLC, gate and book, no processes, no waiting.

    plant = VirtualPlant(PlantSettings(parts=2000, rate_hz=10, seed=7))
    plant.send(now_ns, request)                 # the master's bytes go onto the wire
    happened = plant.advance(now_ns + 1_000_000)  # everything due by then happens, in time order
    happened.replies                            # [(arrival_ns, byte)] for the master
    happened.edges                              # parts that passed the photo-eye: trigger the camera

Time only ever goes forward and starts where the caller likes. `station.sim.plant` runs this same object in real time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from station.core.config import DialectName
from station.sim.book import Book, GateReason, PartFate
from station.sim.conveyor import Conveyor, PhysicalPart
from station.sim.plc import Plc
from station.sim.remote_io import BELT_MM_S, COUNTS_PER_MM, RemoteIo
from station.sim.slaves import slave_of
from station.sim.wire import Wire

_MS = 1_000_000
_NEVER = 1 << 62


@dataclass(frozen=True)
class PlantSettings:
    """What stands in the hall."""

    parts: int = 100
    rate_hz: float = 10.0
    seed: int = 1
    bad_share: float = 0.2
    gate_delay_ms: int = 400  # photo-eye to gate
    baud: int = 115200
    unit: int = 1
    dialect: DialectName = "modbus-rtu"
    tracks: bool = True  # False: a mere remote I/O, the station tracks the parts by the encoder
    io_watchdog_ms: int = 100  # of the remote I/O
    heartbeat_limit_ms: int = 300
    scan_ms: int = 5
    byte_timeout_ms: int = 5  # of the slave
    turnaround_ms: float = 1.0  # request complete to first bit of the answer
    boot_seed: int | None = None  # None: from `seed`; the real plant draws one, so that boot ids differ between runs


@dataclass
class Happened:
    """What came out of the plant during one `advance`."""

    replies: list[tuple[int, int]] = field(default_factory=list)  # (arrival_ns, byte) at the master, in order
    edges: list[PhysicalPart] = field(default_factory=list)  # photo-eye edges, in order


class VirtualPlant:
    """Parts, `plc`, `wire`, `conveyor` and `book` are open to tests and fault injection."""

    def __init__(self, settings: PlantSettings, start_ns: int = 0) -> None:
        boot_seed = settings.seed if settings.boot_seed is None else settings.boot_seed
        self.settings = settings
        self.now_ns = start_ns
        self.book = Book()
        self.plc: Plc | RemoteIo = (
            Plc(boot_seed, settings.heartbeat_limit_ms * _MS)
            if settings.tracks
            else RemoteIo(boot_seed, settings.io_watchdog_ms * _MS)
        )
        self.slave = slave_of(settings.dialect, self.plc, settings.unit, settings.byte_timeout_ms * _MS)
        self.wire = Wire(settings.baud, settings.seed)
        self.conveyor = Conveyor(
            settings.parts, settings.rate_hz, settings.seed, settings.bad_share, settings.gate_delay_ms * _MS
        )
        self._silent_until_ns = self._halted_until_ns = start_ns
        self._scan_ns = start_ns
        self._encoder = 0
        self._numbers: dict[int, tuple[int, int]] = {}  # part index -> (part number, boot), for parts on the belt

    @property
    def finished(self) -> bool:
        """All parts are through the gate."""
        return self.conveyor.finished

    def send(self, now_ns: int, data: bytes) -> None:
        """The master sends; `now_ns` must not lie before the last `advance`."""
        self.wire.to_slave.send(now_ns, data)

    def advance(self, now_ns: int) -> Happened:
        """Let everything happen that is due by `now_ns`, in time order."""
        happened = Happened()
        while (at := min(self._scan_ns, _or_never(self.conveyor.next_ns()))) <= now_ns:
            self._serve(at, happened)
            self._move(at, happened)
            if at >= self._scan_ns:
                self._scan(at)
        self._serve(now_ns, happened)
        self.now_ns = max(self.now_ns, now_ns)
        return happened

    def next_ns(self) -> int:
        """When `advance` next has something to do (a scan at the latest); what is on the wire may come in one lot."""
        times = (
            self.conveyor.next_ns(),
            self.wire.to_slave.done_ns(),
            self.wire.to_master.done_ns(),
            self.slave.next_ns(),
        )
        return min(self._scan_ns, *(_or_never(time) for time in times))

    def cut(self, seconds: float) -> None:
        """Cut the serial cable for so long, from now on."""
        self.wire.trouble.cut(self.now_ns + round(seconds * 1e9))

    def noise(self, drop: float, flip: float, seconds: float) -> None:
        """Lose and flip bytes with these probabilities for so long."""
        self.wire.trouble.noise(drop, flip, self.now_ns + round(seconds * 1e9))

    def restart_plc(self, seconds: float) -> None:
        """The PLC loses its memory and is down for so long."""
        self.plc.restart(self.now_ns, round(seconds * 1e9))
        self.slave.reset()

    def silence_plc(self, seconds: float) -> None:
        """The PLC's serial port hangs: its program runs on, nothing is answered or taken."""
        self._silent_until_ns = self.now_ns + round(seconds * 1e9)

    def halt_program(self, seconds: float) -> None:
        """The PLC's program stands still and its outputs fall; its serial port still answers, with old values."""
        self._halted_until_ns = self.now_ns + round(seconds * 1e9)

    def feed(self, kinds: tuple[str, ...], seconds: float) -> None:
        """For so long the belt brings only parts of these kinds."""
        self.conveyor.feed(kinds, self.now_ns + round(seconds * 1e9))

    def _serve(self, now_ns: int, happened: Happened) -> None:
        """Carry bytes over the wire and let the slave answer."""
        for at, byte in self.wire.to_slave.arrived(now_ns):
            self._answer(at, bytes([byte]))
        self._answer(now_ns, b"")
        happened.replies += self.wire.to_master.arrived(now_ns)

    def _answer(self, now_ns: int, data: bytes) -> None:
        if not self.plc.running or now_ns < self._silent_until_ns:
            return
        answer = self.slave.feed(now_ns, data)
        if answer:
            self.wire.to_master.send(now_ns + round(self.settings.turnaround_ms * _MS), answer)

    def _move(self, now_ns: int, happened: Happened) -> None:
        """Parts pass the photo-eye and the gate."""
        for part in self.conveyor.edges(now_ns):
            number = self.plc.count_edge()
            self._numbers[part.index] = (number, self.plc.boot if number else 0)
            happened.edges.append(part)
        for part in self.conveyor.arrivals(now_ns):
            number, boot = self._numbers.pop(part.index)
            why = self.plc.judge(number, boot, now_ns)
            if now_ns < self._halted_until_ns:
                why = GateReason.PLC_DOWN
            passed = why is GateReason.PASSED
            self.book.enter(
                PartFate(part.index, part.kind, part.truly_bad, number, boot, passed, why, part.edge_ns, now_ns)
            )

    def _scan(self, now_ns: int) -> None:
        if isinstance(self.plc, RemoteIo):
            counts = now_ns * BELT_MM_S * COUNTS_PER_MM // 1_000_000_000
            self.plc.turn_encoder(counts - self._encoder)
            self._encoder = counts
        if now_ns >= self._halted_until_ns:
            self.plc.scan(now_ns)
        if self.plc.executing():
            self.conveyor.start(now_ns)
        self._scan_ns = now_ns + self.settings.scan_ms * _MS


def _or_never(time_ns: int | None) -> int:
    return _NEVER if time_ns is None else time_ns

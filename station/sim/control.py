"""How the desk talks to the simulated world while it runs: typed commands, one datagram each.

run_dir/sim.sock    the plant (SEQPACKET): a command goes in, a `PlantStatus` comes back
run_dir/eye.sock    the camera simulator (DGRAM): photo-eye edges from the plant, `LoseFrames` from the desk
run_dir/book.json   the book, written at the end and whenever it is asked for
"""

from __future__ import annotations

import socket
import time
from pathlib import Path

import msgspec

from station.core.errors import ChannelError
from station.sim.book import BookPages, Totals, load_book

PLANT_SOCKET, EYE_SOCKET, BOOK_FILE, PLC_LINK = "sim.sock", "eye.sock", "book.json", "plc"
_LARGEST = 4096  # bytes of one datagram


class Order(msgspec.Struct, frozen=True, tag=True):
    """Base of all commands; the struct's name is its tag on the wire."""


class Cut(Order, frozen=True):
    """Cut the serial cable."""

    seconds: float


class Noise(Order, frozen=True):
    """Lose and flip bytes on the serial line with these probabilities."""

    drop: float
    flip: float
    seconds: float


class RestartPlc(Order, frozen=True):
    """The PLC loses its memory and is down for so long."""

    seconds: float


class UnplugAdapter(Order, frozen=True):
    """Pull the USB adapter out: the port vanishes, and comes back under another name behind the same link."""

    seconds: float


class SilencePlc(Order, frozen=True):
    """The PLC's serial port hangs; its program runs on."""

    seconds: float


class HaltProgram(Order, frozen=True):
    """The PLC's program stands still; its serial port answers with old values."""

    seconds: float


class Feed(Order, frozen=True):
    """Only parts of these kinds come (`station.sim.parts.KINDS`)."""

    kinds: tuple[str, ...]
    seconds: float


class SetConfirming(Order, frozen=True):
    """Whether the sensor behind the gate sees the rejected parts."""

    on: bool


class SetInputs(Order, frozen=True):
    """The PLC's input bits: BIN_FULL, AIR_LOW, GATE_FAULT of `station.core.plc_map`."""

    bits: int


class AskStatus(Order, frozen=True):
    """Nothing happens; the status comes back as after every command."""


class WriteBook(Order, frozen=True):
    """Write book.json now."""


class Stop(Order, frozen=True):
    """Write the book and end the plant process."""


PlantOrder = (
    Cut
    | Noise
    | RestartPlc
    | UnplugAdapter
    | SilencePlc
    | HaltProgram
    | Feed
    | SetConfirming
    | SetInputs
    | AskStatus
    | WriteBook
    | Stop
)


class PlantStatus(msgspec.Struct, frozen=True):
    """The plant's answer to every command."""

    now_ns: int  # the plant's clock, as in the book
    started: bool  # the belt runs (or ran): the PLC has seen ContinuousExecution
    finished: bool  # all parts are through the gate
    produced: int  # parts that have passed the photo-eye
    totals: Totals  # from the book: parts that have reached the gate
    plc_running: bool
    boot: int
    count: int
    inputs: int  # bits, as the PLC sees them
    executing: bool  # the station's state word says ContinuousExecution
    heartbeat_fresh: bool
    answered: int  # Modbus requests
    damaged: int  # frames that the PLC dropped
    bytes_lost: int
    bytes_flipped: int
    stalled_ms: float  # how long the plant process itself was held up; its clock stood still meanwhile


class Edge(msgspec.Struct, frozen=True, tag=True):
    """The trigger line: a part is before the camera now. A false trigger has no kind: the belt is empty."""

    index: int
    kind: str
    seed: int
    edge_ns: int  # CLOCK_MONOTONIC


class LoseFrames(msgspec.Struct, frozen=True, tag=True):
    """The camera reports the next `count` triggers as lost frames."""

    count: int


class MissEdges(msgspec.Struct, frozen=True, tag=True):
    """The camera does not see the next `count` triggers at all: it exposes nothing and counts nothing."""

    count: int


class LoseShare(msgspec.Struct, frozen=True, tag=True):
    """For so long the camera loses this share of its frames; some it reports as lost, of the others it says nothing."""

    share: float
    seconds: float


CameraSignal = Edge | LoseFrames | MissEdges | LoseShare

encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(PlantOrder).decode
decode_signal = msgspec.msgpack.Decoder(CameraSignal).decode
_decode_status = msgspec.msgpack.Decoder(PlantStatus).decode


class PlantControl:
    """The desk's handle on plant and camera simulator; connects anew for every command."""

    def __init__(self, run_dir: Path, timeout_s: float = 2.0) -> None:
        self._run_dir = run_dir
        self._timeout_s = timeout_s

    def cut(self, seconds: float) -> PlantStatus:
        """Cut the serial cable for so long."""
        return self._tell(Cut(seconds))

    def noise(self, drop: float, flip: float, seconds: float) -> PlantStatus:
        """Lose bytes with probability `drop`, flip a bit of the others with probability `flip`."""
        return self._tell(Noise(drop, flip, seconds))

    def restart_plc(self, seconds: float) -> PlantStatus:
        """Restart the PLC: memory lost, down for so long."""
        return self._tell(RestartPlc(seconds))

    def unplug(self, seconds: float) -> PlantStatus:
        """Pull the USB adapter out for so long."""
        return self._tell(UnplugAdapter(seconds))

    def silence_plc(self, seconds: float) -> PlantStatus:
        """The PLC does not answer for so long."""
        return self._tell(SilencePlc(seconds))

    def halt_program(self, seconds: float) -> PlantStatus:
        """The PLC's program stands still for so long."""
        return self._tell(HaltProgram(seconds))

    def feed(self, kinds: tuple[str, ...], seconds: float) -> PlantStatus:
        """The belt brings only such parts for so long."""
        return self._tell(Feed(kinds, seconds))

    def set_confirming(self, on: bool) -> PlantStatus:
        """Switch the sensor behind the gate on or off."""
        return self._tell(SetConfirming(on))

    def set_inputs(self, bits: int) -> PlantStatus:
        """Set the PLC's input bits (bin full, air low, gate fault)."""
        return self._tell(SetInputs(bits))

    def status(self) -> PlantStatus:
        """Counts and states now."""
        return self._tell(AskStatus())

    def stop(self) -> PlantStatus:
        """End the plant process; its book is on disk when this returns."""
        return self._tell(Stop())

    def book(self) -> BookPages:
        """Everything about every part that has reached the gate."""
        self._tell(WriteBook())
        return load_book(self._run_dir / BOOK_FILE)

    def lose_frames(self, count: int) -> None:
        """The camera loses its next `count` frames.

        Raises:
            ChannelError: there is no camera simulator.
        """
        self._signal(LoseFrames(count))

    def lose_share(self, share: float, seconds: float) -> None:
        """The camera loses this share of its frames for so long; errors as in `lose_frames`."""
        self._signal(LoseShare(share, seconds))

    def miss_edges(self, count: int) -> None:
        """The camera does not see its next `count` triggers; errors as in `lose_frames`."""
        self._signal(MissEdges(count))

    def false_trigger(self) -> None:
        """The camera is triggered though no part is there: it sees the empty belt; errors as in `lose_frames`."""
        self._signal(edge_of(0, "", 0))

    def _signal(self, signal: CameraSignal) -> None:
        if not send_signal(self._run_dir, signal):
            raise ChannelError(f"{self._run_dir / EYE_SOCKET}: no camera simulator takes signals there")

    def _tell(self, order: PlantOrder) -> PlantStatus:
        """Send one command.

        Raises:
            ChannelError: the plant is not there, or does not answer in time.
        """
        path = self._run_dir / PLANT_SOCKET
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
                sock.settimeout(self._timeout_s)
                sock.connect(str(path))
                sock.send(encode(order))
                answer = sock.recv(_LARGEST)
            return _decode_status(answer)
        except (OSError, msgspec.DecodeError) as error:
            raise ChannelError(f"{path}: the plant simulator does not answer: {error}") from error


def send_signal(run_dir: Path, signal: CameraSignal) -> bool:
    """Send one datagram to the camera simulator; False when it is not there or its queue is full."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
        try:
            sock.sendto(encode(signal), str(run_dir / EYE_SOCKET))
        except OSError:
            return False
    return True


def edge_of(index: int, kind: str, seed: int) -> Edge:
    """The trigger signal for a part that passes the photo-eye now."""
    return Edge(index, kind, seed, time.monotonic_ns())

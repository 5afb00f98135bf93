"""The plant process: belt, photo-eye, PLC, gate and book in real time behind a serial port that is a PTY.

    python -m station.sim.plant --run-dir DIR --parts 100 --rate 10 --seed 1 --bad-share 0.2

It makes run_dir/plc (serial port), run_dir/sim.sock (commands, `station.sim.control`), sends photo-eye edges to
run_dir/eye.sock and writes run_dir/book.json when the last part is through the gate, on request, and at the end.
The belt starts when the PLC first sees ContinuousExecution. SIGTERM ends it, exit code 0.
"""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from station.sim import control
from station.sim.pty_port import PtyPort
from station.sim.serving import serve
from station.sim.slaves import DIALECTS
from station.sim.virtual import PlantSettings, VirtualPlant

_MS = 1_000_000
_LARGEST = 4096  # bytes of one command


class PatientClock:
    """CLOCK_MONOTONIC that stands still while this process was held up: a late PLC is not the station's fault."""

    def __init__(self, patience_ns: int = 25 * _MS, nominal_ns: int = 5 * _MS) -> None:
        self._patience_ns = patience_ns
        self._nominal_ns = nominal_ns
        self._last_ns = time.monotonic_ns()
        self.stalled_ns = 0

    def now_ns(self) -> int:
        """The plant's time; call it at least every `nominal_ns`."""
        return self.at(time.monotonic_ns())

    def at(self, real_ns: int) -> int:
        """The plant's time at a moment of the real clock."""
        gap = real_ns - self._last_ns
        if gap > self._patience_ns:
            self.stalled_ns += gap - self._nominal_ns
        self._last_ns = real_ns
        return real_ns - self.stalled_ns


class PlantProcess:
    """One event loop around a `VirtualPlant`."""

    def __init__(self, run_dir: Path, settings: PlantSettings) -> None:
        self._run_dir = run_dir
        self._clock = PatientClock()
        self._plant = VirtualPlant(settings, self._clock.now_ns())
        self._commands = _listen(run_dir / control.PLANT_SOCKET)
        self._port = PtyPort(run_dir / control.PLC_LINK)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._port, selectors.EVENT_READ)
        self._selector.register(self._commands, selectors.EVENT_READ)
        self._book_written = False
        self._replug_ns: int | None = None  # the USB adapter is out until then
        self.stopping = False

    def run(self) -> None:
        """Work until `stopping`; then the book is on disk and all sockets are gone."""
        try:
            while not self.stopping:
                self.step()
        finally:
            self._write_book()
            self._port.close()
            self._selector.close()
            self._commands.close()
            (self._run_dir / control.PLANT_SOCKET).unlink(missing_ok=True)

    def step(self) -> None:
        """Wait for the next thing to do (a scan at the latest) and do it."""
        wait_ns = max(_MS, self._plant.next_ns() - self._clock.now_ns())  # bytes are carried in lots of 1 ms
        ready = self._selector.select(wait_ns / 1e9)
        now_ns = self._clock.now_ns()
        if self._replug_ns is not None and now_ns >= self._replug_ns:
            self._port.plug()
            self._replug_ns = None
        data = self._port.read()
        if data:
            self._plant.send(now_ns, data)
        happened = self._plant.advance(now_ns)
        if happened.replies:
            self._port.write(bytes(byte for _, byte in happened.replies))
        for part in happened.edges:
            control.send_signal(self._run_dir, control.edge_of(part.index, part.kind, part.seed))
        for key, _ in ready:
            self._talk(key.fileobj)
        if self._plant.finished and not self._book_written:
            self._write_book()

    def _talk(self, peer: object) -> None:
        """A new peer, or a command of one; each gets one answer."""
        if peer is self._commands:
            connection, _ = self._commands.accept()
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ)
        elif isinstance(peer, socket.socket):
            self._selector.unregister(peer)
            with peer:
                try:
                    self._obey(control.decode_order(peer.recv(_LARGEST)))
                    peer.send(control.encode(self._status()))
                except (OSError, msgspec.DecodeError):
                    return  # the peer went away, or speaks another language: its loss

    def _obey(self, order: control.PlantOrder) -> None:
        plant = self._plant
        match order:
            case control.Cut(seconds):
                plant.cut(seconds)
            case control.Noise(drop, flip, seconds):
                plant.noise(drop, flip, seconds)
            case control.RestartPlc(seconds):
                plant.restart_plc(seconds)
            case control.UnplugAdapter(seconds):
                self._unplug(seconds)
            case control.SilencePlc(seconds):
                plant.silence_plc(seconds)
            case control.HaltProgram(seconds):
                plant.halt_program(seconds)
            case control.Feed(kinds, seconds):
                plant.feed(kinds, seconds)
            case control.SetConfirming(on):
                plant.plc.confirms = on
            case control.SetInputs(bits):
                plant.plc.inputs = bits
            case control.WriteBook():
                self._write_book()
            case control.Stop():
                self._write_book()
                self.stopping = True
            case control.AskStatus():
                pass

    def _unplug(self, seconds: float) -> None:
        self._selector.unregister(self._port)
        self._port.unplug()
        self._selector.register(self._port, selectors.EVENT_READ)
        self._replug_ns = self._plant.now_ns + round(seconds * 1e9)

    def _status(self) -> control.PlantStatus:
        plant = self._plant
        return control.PlantStatus(
            now_ns=plant.now_ns,
            started=plant.conveyor.started,
            finished=plant.finished,
            produced=plant.conveyor.produced,
            totals=plant.book.totals(),
            plc_running=plant.plc.running,
            boot=plant.plc.boot,
            count=plant.plc.count,
            inputs=plant.plc.inputs,
            executing=plant.plc.executing(),
            heartbeat_fresh=plant.plc.heartbeat_fresh(plant.now_ns),
            answered=plant.slave.answered,
            damaged=plant.slave.damaged,
            bytes_lost=plant.wire.trouble.lost,
            bytes_flipped=plant.wire.trouble.flipped,
            stalled_ms=self._clock.stalled_ns / _MS,
        )

    def _write_book(self) -> None:
        self._plant.book.save(self._run_dir / control.BOOK_FILE)
        self._book_written = self._plant.finished


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.bind(str(path))
    path.chmod(0o660)
    sock.listen(8)
    sock.setblocking(False)
    return sock


def parse_arguments(arguments: Sequence[str] | None = None) -> tuple[Path, PlantSettings]:
    """Run directory and settings of the command line; exits with code 2 and one sentence when one is wrong."""
    usual = PlantSettings()
    parser = argparse.ArgumentParser(prog="station.sim.plant", description="Simulated belt, PLC and reject gate.")
    parser.add_argument("--run-dir", type=Path, required=True, help="where sockets, serial link and book go")
    parser.add_argument("--parts", type=int, default=usual.parts, help="then the belt is empty")
    parser.add_argument("--rate", type=float, default=usual.rate_hz, help="parts a second")
    parser.add_argument("--seed", type=int, default=usual.seed, help="same seed, same parts")
    parser.add_argument("--bad-share", type=float, default=usual.bad_share, help="share of bad parts, 0..1")
    parser.add_argument("--baud", type=int, default=usual.baud, help="pace of the serial wire")
    parser.add_argument("--unit", type=int, default=usual.unit, help="the PLC's unit, node or station")
    parser.add_argument("--dialect", choices=DIALECTS, default=usual.dialect, help="what the PLC speaks")
    parser.add_argument("--remote-io", action="store_true", help="no PLC: a remote I/O that tracks no parts")
    parser.add_argument("--gate-delay-ms", type=int, default=usual.gate_delay_ms, help="photo-eye to gate")
    parser.add_argument("--heartbeat-limit-ms", type=int, default=usual.heartbeat_limit_ms)
    parser.add_argument("--byte-timeout-ms", type=int, default=usual.byte_timeout_ms, help="the slave's")
    given = parser.parse_args(arguments)
    if given.parts < 0 or given.rate <= 0 or not 0 <= given.bad_share <= 1 or given.baud <= 0:
        parser.error("needs parts >= 0, rate > 0, bad-share 0..1 and baud > 0")
    settings = PlantSettings(
        parts=given.parts,
        rate_hz=given.rate,
        seed=given.seed,
        bad_share=given.bad_share,
        gate_delay_ms=given.gate_delay_ms,
        baud=given.baud,
        unit=given.unit,
        dialect=given.dialect,
        tracks=not given.remote_io,
        heartbeat_limit_ms=given.heartbeat_limit_ms,
        byte_timeout_ms=given.byte_timeout_ms,
        boot_seed=int.from_bytes(os.urandom(4), "little"),
    )
    return given.run_dir, settings


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 with one sentence when the run directory cannot be used."""
    run_dir, settings = parse_arguments(arguments)
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        process = PlantProcess(run_dir, settings)
    except OSError as error:
        sys.stderr.write(f"{run_dir}: {error}; use a short path that can be written\n")
        return 2
    serve(process, 60)
    return 0


if __name__ == "__main__":
    sys.exit(main())

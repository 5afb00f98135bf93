"""The line process: one loop around the controller, with the real clock, the serial port and the sockets.

    select:  serial port | line.sock and its peers | recorder | signal
    round :  bytes and messages in -> tick -> request out -> messages and records out

No thread, no lock, nothing blocks. The first station on a run directory keeps it (`line.lock`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import IO

from station.core.authority import Authority
from station.core.channel import Channel, Listener
from station.core.config import StationConfig
from station.core.errors import ConfigError, PortError
from station.core.message import Command
from station.core.messages import AnyMessage, EngineStatus, LineStatus, Numbering, PartRecord, PartVerdict
from station.core.notify import notify
from station.core.outbox import Outbox
from station.core.wall import wall_clock
from station.line.controller import LineController
from station.line.kept import KeptFile
from station.line.memory import LineMemory, StoredParts
from station.line.peers import Peers
from station.line.port import PortRefusedError, SerialPort
from station.line.realtime import become_realtime
from station.line.stop_memory import StopMemory

_FIRST_RETRY_NS = 100_000_000
_LAST_RETRY_NS = 2_000_000_000
_TELL_PLC_NS = 500_000_000  # at the end: time to tell the PLC
_FLUSH_NS = 1_000_000_000  # at the end: time for the recorder to take the rest
_NEVER = 1 << 62
_STOPPING = (signal.SIGTERM, signal.SIGINT)

Waitable = int | Listener | Channel | SerialPort | Outbox


class LineProcess:
    """Made once, run once."""

    def __init__(self, config: StationConfig) -> None:
        """Take the run directory and the port.

        Raises:
            ConfigError: another station uses the run directory.
            PortRefusedError: another program uses the port, or there is no permission. A port that is not there
                (yet) is no error: it is tried again and again.
            StorageError, ChannelError: the run directory cannot be used.
        """
        self._config = config
        self._stopping = False
        self._port: SerialPort | None = None
        self._retry_ns = 0
        self._retry_at_ns = now_ns = time.monotonic_ns()
        with contextlib.ExitStack() as stack:
            stack.enter_context(_take_run_dir(config))
            self._wake_read, self._wake_write = _pipe(stack)
            memory = stack.enter_context(LineMemory(config.run_dir / "line.memory"))
            self._stored = StoredParts(memory)
            self._stop_memory = StopMemory(config.run_dir / "line.stop")
            realtime = become_realtime(config.line.realtime_priority)
            self._kept_file = KeptFile(config.run_dir / "line.kept")
            self._controller = LineController(
                config, now_ns, memory.recalled, wall_clock(config), realtime, kept=self._kept_file.kept
            )
            if self._stop_memory.cause:
                self._controller.stay_stopped(self._stop_memory.cause)
            stack.callback(self._close_port)
            self._open_port(now_ns, first=True)
            self._authority = Authority("line", config.run_dir, config.station.login_required)
            self._peers = Peers(Listener(config.socket("line")))
            stack.callback(self._peers.close)
            self._outbox = Outbox(config.socket("recorder"), config.run_dir / "line.spill")
            stack.callback(self._outbox.close)
            self._resources = stack.pop_all()

    def stop(self) -> None:
        """End after this round; callable from a signal handler."""
        self._stopping = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"x")

    def run(self) -> None:
        """Until `stop`: then tell the PLC, hand the rest to the recorder and clean up."""
        notify("READY=1")
        with self._resources:
            while not self._stopping:
                self._round()
            self._end()

    def _round(self) -> None:
        now_ns = time.monotonic_ns()
        retry_ns = _NEVER if self._port else self._retry_at_ns
        wait_s = max(0, min(self._controller.wake_ns(now_ns), retry_ns) - now_ns) / 1e9
        waitables: list[Waitable] = [*self._peers.waitables(), self._wake_read]
        if self._port:
            waitables.append(self._port)
        if self._outbox.fileno() >= 0:
            waitables.append(self._outbox)
        select.select(waitables, [], [], wait_s)
        now_ns = time.monotonic_ns()
        self._open_port(now_ns)
        self._read_port(now_ns)
        self._read_peers(now_ns)
        self._controller.tick(now_ns)
        self._write_port(now_ns)
        self._hand_out(now_ns)

    def _open_port(self, now_ns: int, first: bool = False) -> None:
        if self._port or now_ns < self._retry_at_ns:
            return
        line = self._config.line
        try:
            self._port = SerialPort(line.port, line.baud, line.characters)
        except PortError as error:
            if first and isinstance(error, PortRefusedError):
                raise
            self._lose_port(error, now_ns)
            return
        self._retry_ns = 0
        self._controller.port_opened(now_ns)

    def _lose_port(self, error: PortError, now_ns: int) -> None:
        self._close_port()
        self._retry_ns = min(max(2 * self._retry_ns, _FIRST_RETRY_NS), _LAST_RETRY_NS)
        self._retry_at_ns = now_ns + self._retry_ns
        self._controller.port_lost(error, now_ns)

    def _read_port(self, now_ns: int) -> None:
        if self._port is None:
            return
        try:
            data = self._port.read_waiting()
        except PortError as error:
            self._lose_port(error, now_ns)
            return
        if data:
            self._controller.receive(data, now_ns)

    def _write_port(self, now_ns: int) -> None:
        request = self._controller.transmit(now_ns)
        if request is None or self._port is None:
            return
        try:
            self._port.write(request)
        except PortError as error:
            self._lose_port(error, now_ns)

    def _read_peers(self, now_ns: int) -> None:
        messages, engine_gone = self._peers.receive()
        for channel, message in messages:
            self._take(channel, message, now_ns)
        if engine_gone:
            self._controller.engine_gone(now_ns)

    def _take(self, channel: Channel, message: AnyMessage, now_ns: int) -> None:
        if isinstance(message, PartVerdict):
            self._controller.part_verdict(message, now_ns)
        elif isinstance(message, EngineStatus):
            self._controller.engine_status(message, now_ns)
        elif isinstance(message, Command):
            command, refusal = self._authority.judge(message, channel.trusted, now_ns)
            self._peers.answer(
                channel,
                self._controller.command(command, now_ns) if command else self._controller.refuse(message, refusal),
            )

    def _hand_out(self, now_ns: int) -> None:
        if baseline := self._controller.baseline:
            self._stored.begin(*baseline)
        self._stop_memory.keep(self._controller.stop_cause)
        for record in self._controller.take_records():
            number = self._outbox.offer(record)
            if isinstance(record, PartRecord):
                self._stored.offered(number, record)
                self._peers.tell_windows(record)
        for message in self._controller.take_messages():
            if isinstance(message, Numbering):
                self._peers.tell_engine(message)
            else:
                self._peers.tell_windows(message)
            if isinstance(message, LineStatus):
                self._kept_file.keep(self._controller.kept)
                notify("WATCHDOG=1")  # a status comes out of a round that went all the way through
        self._outbox.pump(now_ns)
        self._controller.recorder_status(self._outbox.recorder_status(now_ns))
        self._stored.stored(self._outbox.stored_up_to)

    def _end(self) -> None:
        notify("STOPPING=1")
        os.read(self._wake_read, 64)
        start_ns = time.monotonic_ns()
        self._controller.close(start_ns)
        self._hand_out(start_ns)
        while not self._controller.plc_knows and time.monotonic_ns() < start_ns + _TELL_PLC_NS:
            self._round()
        while len(self._outbox) and time.monotonic_ns() < start_ns + _FLUSH_NS:
            self._hand_out(time.monotonic_ns())
            select.select([self._outbox] if self._outbox.fileno() >= 0 else [], [], [], 0.02)

    def _close_port(self) -> None:
        if self._port:
            self._port.close()
            self._port = None


@contextlib.contextmanager
def signals_wait() -> Iterator[None]:
    """A signal to stop that comes while the sockets appear waits until there is somebody to tell the PLC."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def run_line(config: StationConfig) -> None:
    """Run until SIGTERM or SIGINT."""
    with signals_wait():
        process = LineProcess(config)

        def stop(_number: int, _frame: FrameType | None) -> None:
            process.stop()

        for number in _STOPPING:
            signal.signal(number, stop)
    process.run()


def _take_run_dir(config: StationConfig) -> IO[bytes]:
    path = config.run_dir / "line.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("ab")
    except OSError as error:
        raise ConfigError(
            f"station.run_dir = '{config.run_dir}': {error.strerror or error}; name a writable directory"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ConfigError(
            f"station.run_dir = '{config.run_dir}' is in use by another station; stop it, or name another directory"
        ) from error
    return lock


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe that wakes select from a signal handler."""
    ends = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for end in ends:
        stack.callback(os.close, end)
    return ends

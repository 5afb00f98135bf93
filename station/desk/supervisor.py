"""The desk's stand-in for systemd: starts the station's processes, brings each back alone, and stops them all.

One thread: the caller's loop calls `tend`, which waits a moment for output, restarts what died and returns.
Each process gets a session of its own, so Ctrl-C reaches us alone and the order of stopping is ours; the kernel ends
them if we die (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

RESTART_S = 0.2  # DESIGN.md: a dead process is back after 0.2 s
MAX_RESTART_S = 5.0
STABLE_S = 10.0  # alive this long: the back-off starts over
STOP_S = 5.0  # time to end by itself after SIGTERM
LINES_PER_S = 20  # of one process on our screen; the rest is counted
GAVE_UP_CODE = 2  # ConfigError, BundleError at start: starting again cannot help

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a process's arithmetic keeps to one core

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Program:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    needed: bool = True  # False: the line runs on when it ends for good (the window that a person closed)
    once: bool = False  # True: never started again (the simulated world cannot be)


@dataclass
class Running:
    """What the supervisor knows about one program."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    due: float | None = None  # time of the next start
    delay: float = RESTART_S
    exit_code: int | None = None  # set when it ended for good
    tail: bytes = b""
    window: list[float] = field(default_factory=list)
    swallowed: int = 0


class Interrupted(Exception):  # noqa: N818 (no fault: a person's wish)
    """Ctrl-C or SIGTERM came; `station.cli` turns it into exit code 130."""


def python_module(module: str, *arguments: str) -> list[str]:
    """The command line that runs one of our modules in this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


class Supervisor:
    """Owns the child processes. A context manager: whatever happens, nothing is left running."""

    def __init__(
        self,
        programs: Sequence[Program],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running = {program.name: Running(program) for program in programs}
        self._say = say
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._selector.close()

    def start(self, *names: str) -> None:
        """Start the named programs now; without names all, in their order."""
        for name in names or tuple(self._running):
            self._launch(self._running[name])

    def tend(self, wait_s: float) -> None:
        """Pass on what the processes say for up to `wait_s`, then restart what died and is due."""
        end = self._clock() + wait_s
        while True:
            for key, _ in self._selector.select(max(end - self._clock(), 0.0)):
                self._read(key.data)
            self._bury_and_restart()
            if self._clock() >= end:
                return

    def send_signal(self, name: str, number: int) -> bool:
        """Send a signal to the named process; False when it does not run at the moment."""
        running = self._running[name]
        if running.process is None or running.process.poll() is not None:
            return False
        running.process.send_signal(number)
        return True

    def kill(self, name: str, down_s: float = 0.0) -> bool:
        """Kill the named process as a crash would (SIGKILL); it starts again after `down_s`, at least RESTART_S."""
        killed = self.send_signal(name, signal.SIGKILL)
        if killed:
            self._running[name].delay = max(down_s, RESTART_S)
            self._running[name].started = self._clock()
        return killed

    def alive(self, name: str) -> bool:
        """True while the named process runs."""
        process = self._running[name].process
        return process is not None and process.poll() is None

    def pid(self, name: str) -> int | None:
        """Process id of the named program, None when it does not run."""
        process = self._running[name].process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def restarts(self) -> dict[str, int]:
        """How often each program was started again."""
        return {name: running.restarts for name, running in self._running.items()}

    @property
    def failed(self) -> tuple[str, int] | None:
        """Name and exit code of a needed program that ended for good, else None."""
        for name, running in self._running.items():
            if running.exit_code is not None and running.program.needed:
                return name, running.exit_code
        return None

    def stop(self, *names: str) -> None:
        """Stop the named programs (without names all, the last started first); kill what does not listen."""
        if not names:
            self._stopping = True
        for name in names or tuple(reversed(self._running)):
            self._end(self._running[name])

    def _launch(self, running: Running) -> None:
        running.process = subprocess.Popen(
            list(running.program.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            env=ONE_THREAD | os.environ,  # what is set outside wins
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 (we have one thread, and it calls one C function)
        )
        running.started, running.due = self._clock(), None
        stream = _stream(running.process)
        os.set_blocking(stream.fileno(), False)
        self._selector.register(stream, selectors.EVENT_READ, running)

    def _read(self, running: Running) -> bool:
        """Pass on what waits in the pipe; False when nothing more waits now."""
        assert running.process is not None
        stream = _stream(running.process)
        data = stream.read(65536)
        if data == b"":
            self._selector.unregister(stream)
            stream.close()
        lines = (running.tail + (data or b"")).split(b"\n")
        running.tail = b"" if data == b"" else lines.pop()
        for line in lines:
            if line.strip():
                self._pass_on(running, line.decode(errors="replace").rstrip())
        return bool(data)

    def _pass_on(self, running: Running, line: str) -> None:
        """Show one line; a process in trouble must not flood the screen."""
        now = self._clock()
        running.window = [moment for moment in running.window if now - moment < 1.0]
        if len(running.window) >= LINES_PER_S:
            running.swallowed += 1
            return
        if running.swallowed:
            self._say(f"[{running.program.name}] ({running.swallowed} lines more)")
            running.swallowed = 0
        running.window.append(now)
        self._say(f"[{running.program.name}] {line}")

    def _bury_and_restart(self) -> None:
        now = self._clock()
        for running in self._running.values():
            if running.process is not None and (code := running.process.poll()) is not None:
                self._drain(running)
                running.process = None
                self._plan_restart(running, code, now)
            if running.due is not None and now >= running.due and not self._stopping:
                running.restarts += 1
                self._launch(running)

    def _plan_restart(self, running: Running, code: int, now: float) -> None:
        name, lived = running.program.name, now - running.started
        if self._stopping:
            return
        if code == 0 or running.program.once or (code == GAVE_UP_CODE and not running.restarts):
            running.exit_code = code
            self._say(f"{name} ended" if code == 0 else f"{name} ended with exit code {code}, see its message above")
            return
        if lived >= STABLE_S:
            running.delay = RESTART_S
        running.due = now + running.delay
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._say(f"{name} {how}; starts again in {running.delay:.1f} s")
        running.delay = min(2 * running.delay, MAX_RESTART_S)

    def _drain(self, running: Running) -> None:
        """Pass on the last words of a dead process and close the pipe, even if a grandchild still holds it."""
        assert running.process is not None
        stream = _stream(running.process)
        while not stream.closed and self._read(running):
            pass
        if not stream.closed:
            self._selector.unregister(stream)
            stream.close()

    def _end(self, running: Running) -> None:
        running.due = None
        process = running.process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)  # a frozen one gets its SIGTERM when it thaws
            end = self._clock() + STOP_S
            while process.poll() is None and self._clock() < end:
                for key, _ in self._selector.select(0.02):
                    self._read(key.data)
        if process.poll() is None:
            self._say(f"{running.program.name} does not stop by itself: killed")
        with suppress(ProcessLookupError):  # what it may have started itself goes with it
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._drain(running)
        running.process = None


class SignalGuard:
    """While entered, Ctrl-C and SIGTERM raise `Interrupted` in the main thread, once; a second one is ignored."""

    def __enter__(self) -> SignalGuard:
        self._before = {number: signal.signal(number, self._raise) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _raise(self, number: int, _: FrameType | None) -> None:
        for each in self._before:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(signal.Signals(number).name)


def _stream(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

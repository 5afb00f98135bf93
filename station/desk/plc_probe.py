"""Measures a PLC on its line: the time of a poll, and for Modbus RTU the silence after which it hears again.

A Modbus slave that lost a byte waits for the rest and swallows the next request; only after its own byte time-out does
it listen anew. That time stands in no answer, so it is found by trying:

    damaged request (its last bytes are missing) - silence - good request - answered?

and by halving the interval between silences that are too short and those that are long enough. Nothing but read
requests are sent, so no register changes, whatever the slave makes of the damaged ones.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import PlcFrameError, PlcTimeoutError
from station.line.dialect import Exchange
from station.line.dialects import unchecked_dialect

POLLS = 200
LONGEST_MS = 2000.0  # what line.quiet_ms can hold
_FIRST_MS = 2.0  # the first silence tried; then twice as long, and so on
_PATIENCE_MS = 1000.0  # for an answer of unknown duration
_FINE_MS, _FINE_SHARE = 1.0, 0.04  # the search ends when the interval is as small as the larger of both
_CONFIRMATIONS = 5
_TRIES = 12  # silences before a good request, each twice as long as the last
_KEPT_BYTES = 5  # of the eight of a read request
_MS = 1_000_000


class ProbePort(Protocol):
    """What the probe needs of `station.line.port.SerialPort`."""

    def write(self, data: bytes) -> None:
        """Send."""
        ...

    def read(self, deadline_ns: int) -> bytes:
        """Wait for bytes; PlcTimeoutError when none came by then."""
        ...

    def read_waiting(self) -> bytes:
        """What has arrived."""
        ...


class PlcProbe:
    """Talks to one slave that nobody else talks to. Times are milliseconds."""

    def __init__(
        self,
        port: ProbePort,
        line: LineSection,
        now_ns: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._port = port
        self._now_ns = now_ns
        self._sleep = sleep
        self._dialect = unchecked_dialect(line)
        self._character_ms = 1000 * line.bits / line.baud
        self._gap_ms = self._dialect.gap_ns / _MS
        self._patience_ms = _PATIENCE_MS
        self._safe_ms = 2 * _FIRST_MS  # a silence after which the slave heard us

    def round_trips(self, count: int = POLLS) -> list[float]:
        """Times from a request to its whole answer, ascending; `count` reads of the status registers.

        Raises:
            PlcTimeoutError: the slave does not answer.
            PlcFrameError: it refuses the registers, or its answers are damaged.
        """
        times: list[float] = []
        for _ in range(count):
            self._wait(self._gap_ms)
            began_ns = self._now_ns()
            self._ask()
            times.append((self._now_ns() - began_ns) / _MS)
        times.sort()
        self._patience_ms = min(_PATIENCE_MS, 4 * times[-1] + 20)
        return times

    def resynchronisation(self) -> float:
        """The shortest silence after a damaged request after which the slave answered every time.

        Raises:
            PlcTimeoutError: it does not answer within two seconds of silence.
        """
        deaf, hears = self._bracket()
        while hears - deaf > max(_FINE_MS, _FINE_SHARE * hears):
            silence, answered = self._try_twice((deaf + hears) / 2)
            if not answered:
                deaf = silence
            elif silence < hears:
                hears = silence
            else:
                break  # this machine sleeps too long to measure any finer
        confirmed = 0
        while confirmed < _CONFIRMATIONS:
            silence, answered = self._try(hears)
            confirmed = confirmed + 1 if answered else 0
            if not answered:
                hears = 1.05 * max(hears, silence) + _FINE_MS
            if hears > LONGEST_MS:
                raise _deaf_for_too_long()
        return hears

    def _bracket(self) -> tuple[float, float]:
        """(too short, long enough)"""
        deaf, silence = 0.0, _FIRST_MS
        while deaf < LONGEST_MS:
            tried, answered = self._try_twice(silence)
            if answered:
                return deaf, tried
            deaf, silence = tried, min(2 * silence, LONGEST_MS)
        raise _deaf_for_too_long()

    def _try_twice(self, silence_ms: float) -> tuple[float, bool]:
        """One lost answer may have another cause than the silence."""
        silence, answered = self._try(silence_ms)
        return (silence, True) if answered else self._try(silence_ms)

    def _try(self, silence_ms: float) -> tuple[float, bool]:
        """Damage a request, be silent, ask; returns the silence as it really was, and whether the answer came."""
        self._settle()
        self._port.write(self._read_status()[0].request[:_KEPT_BYTES])
        sent_ns = self._now_ns() + round(_KEPT_BYTES * self._character_ms * _MS)
        self._wait((sent_ns - self._now_ns()) / _MS + silence_ms)
        real_ms = (self._now_ns() - sent_ns) / _MS
        answered = self._is_answered()
        if answered:
            self._safe_ms = max(self._safe_ms, real_ms)
        return real_ms, answered

    def _settle(self) -> None:
        """Until the slave answers a good request; the silences before it grow until they are long enough."""
        for _ in range(_TRIES):
            self._wait(self._safe_ms)
            if self._is_answered():
                self._wait(self._gap_ms)
                return
            self._safe_ms = min(2 * self._safe_ms, 2 * LONGEST_MS)
        raise _deaf_for_too_long()

    def _is_answered(self) -> bool:
        try:
            self._ask()
        except (PlcTimeoutError, PlcFrameError):
            return False
        return True

    def _ask(self) -> None:
        for exchange in self._read_status():
            self._port.read_waiting()  # what came late belongs to nobody
            self._port.write(exchange.request)
            deadline_ns = self._now_ns() + math.ceil(self._patience_ms * _MS)
            while exchange.feed(self._port.read(deadline_ns)) is None:
                pass

    def _read_status(self) -> tuple[Exchange, ...]:
        return self._dialect.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)

    def _wait(self, milliseconds: float) -> None:
        self._sleep(max(milliseconds, 0) / 1000)


def _deaf_for_too_long() -> PlcTimeoutError:
    return PlcTimeoutError(
        f"after a damaged request the PLC does not answer within {LONGEST_MS:.0f} ms of silence; "
        "shorten the byte time-out (character time-out) in its Modbus settings"
    )

"""The serial adapter behind a port: does it hand bytes on at once, and will its name stay?

A USB adapter of FTDI's kind collects bytes for up to 16 ms by default; its driver has a switch for that (low latency),
which `station.line.port` sets on opening. /dev/ttyUSB0 may be another adapter tomorrow; a name made by udev stays.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
from pathlib import Path

from station.core.domain import Health
from station.desk.finding import Finding

_TIOCGSERIAL = 0x541E
_FLAGS_AT = 16  # struct serial_struct: int type, line; unsigned port; int irq, flags; ...
_SERIAL_STRUCT_BYTES = 72
_ASYNC_LOW_LATENCY = 1 << 13
_SYS = Path("/sys/class/tty")
_PASSING = re.compile(r"/dev/tty(USB|ACM)\d+")


def check_latency(port: str, sys: Path = _SYS) -> Finding:
    """Whether received bytes wait in the adapter."""
    timer = sys / Path(port).resolve().name / "device" / "latency_timer"
    if timer.is_file():
        latency_ms = int(timer.read_text())
        text = f"{port}: the adapter collects bytes for {latency_ms} ms"
        if latency_ms <= 1:
            return Finding("adapter", Health.GOOD, text)
        advice = f'Set it to 1: a udev rule with ATTR{{device/latency_timer}}="1", or `echo 1 > {timer}`.'
        return Finding("adapter", Health.MAINTENANCE, text, advice)
    low = is_low_latency(port)
    if low is None:
        return Finding("adapter", Health.GOOD, f"{port}: the driver knows no low-latency switch")
    if low:
        return Finding("adapter", Health.GOOD, f"{port}: low latency is set")
    text = f"{port}: low latency is not set (the station sets it when it opens the port)"
    return Finding("adapter", Health.GOOD, text)


def check_name(port: str) -> Finding:
    """Whether the port is named so that it stays the same adapter."""
    if _PASSING.fullmatch(port):
        text = f"{port}: may be another adapter after the next start"
        advice = 'Use line.port = "/dev/station/plc" by the udev rule in systemd/, or a name in /dev/serial/by-id/.'
        return Finding("port name", Health.MAINTENANCE, text, advice)
    target = Path(port).resolve()
    behind = "" if str(target) == port else f" -> {target}"
    return Finding("port name", Health.GOOD, f"{port}{behind}")


def is_low_latency(port: str) -> bool | None:
    """The driver's low-latency flag; None where it has none (a pseudo terminal) or the port cannot be opened."""
    try:
        terminal = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        answer = fcntl.ioctl(terminal, _TIOCGSERIAL, bytes(_SERIAL_STRUCT_BYTES))
    except OSError:
        return None
    finally:
        os.close(terminal)
    return bool(struct.unpack_from("i", answer, _FLAGS_AT)[0] & _ASYNC_LOW_LATENCY)

"""The PLC's serial port as a pseudo terminal: the station opens the link `run_dir/plc` like any serial adapter."""

from __future__ import annotations

import os
import tty
from pathlib import Path


class PtyPort:
    """The PLC's end. The station may open, close and reopen its end at any time.

    We keep the station's end open too: else the master end fails as soon as the station closes, and the terminal
    loses its raw mode. Bytes sent while nobody has opened it wait in the kernel; a serial library drops them on open.
    """

    def __init__(self, link: Path) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._link = link
        temporary = link.with_name(link.name + ".part")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.replace(link)

    def fileno(self) -> int:
        """For select: readable when the station has sent something."""
        return self._master

    def read(self) -> bytes:
        """What the station has sent, b"" if nothing."""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Send to the station; returns how many bytes its queue took, the others are lost (nobody reads)."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Remove the link and close both ends."""
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)

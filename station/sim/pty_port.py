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
        self._link = link
        self._master, self._slave = _open_pair()
        self._plugged = False
        self.plug()

    def fileno(self) -> int:
        """For select: readable when the station has sent something. Changes when it is unplugged."""
        return self._master

    def unplug(self) -> None:
        """The adapter is pulled out: the link goes, and whoever has the terminal open finds it dead."""
        old = self._master, self._slave
        self._master, self._slave = _open_pair()  # before the old pair closes: it comes back under another name
        self._link.unlink(missing_ok=True)
        self._plugged = False
        for end in old:
            os.close(end)

    def plug(self) -> None:
        """The adapter is there, under its link."""
        temporary = self._link.with_name(self._link.name + ".part")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.replace(self._link)
        self._plugged = True

    def read(self) -> bytes:
        """What the station has sent, b"" if nothing."""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Send to the station; returns how many bytes its queue took, the others are lost (nobody reads)."""
        if not self._plugged:
            return 0
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Remove the link and close both ends."""
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)


def _open_pair() -> tuple[int, int]:
    """A new terminal in raw mode: master end (not blocking) and station's end."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return master, slave

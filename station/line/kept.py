"""What people told the line outlives it, kill -9 included: the lot, and what they did with the alarms."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from station.core.alarms import Alarm


class Kept(msgspec.Struct, frozen=True):
    """Nothing in here can make a part pass."""

    lot: str = ""
    alarms: tuple[Alarm, ...] = ()


class KeptFile:
    """run_dir/line.kept: survives the process, not the machine's power. A file that cannot be read is as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept = Kept()
        with contextlib.suppress(OSError, msgspec.DecodeError):
            self.kept = msgspec.json.decode(path.read_bytes(), type=Kept)

    def keep(self, kept: Kept) -> None:
        """Remember it from now on; a directory that is full is tried again with the next call."""
        if kept == self.kept:
            return
        new = self._path.with_suffix(".kept-new")
        with contextlib.suppress(OSError):
            new.write_bytes(msgspec.json.encode(kept))
            new.replace(self._path)
            self.kept = kept

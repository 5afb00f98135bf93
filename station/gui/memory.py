# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which screen and language the window had: one that was killed comes back as it was. No Qt in here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Looks(msgspec.Struct, frozen=True):
    """Empty = as the configuration says."""

    screen: str = ""
    language: str = ""


def memory_file(environment: Mapping[str, str], station: str) -> Path:
    """Where it is kept: what systemd gives the unit, or the user's own place for such things."""
    base = environment.get("RUNTIME_DIRECTORY") or environment.get("XDG_STATE_HOME")
    folder = Path(base.split(":")[0]) if base else Path.home() / ".local" / "state"
    safe = "".join(letter if letter.isalnum() else "_" for letter in station)
    return folder / "saiken" / f"window-{safe}.json"


class WindowMemory:
    """A file that cannot be read or written is as none: the window works without."""

    def __init__(self, path: Path | None) -> None:
        """`path` None: nothing is remembered."""
        self._path = path
        self.looks = Looks()
        if path is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError):
                self.looks = msgspec.json.decode(path.read_bytes(), type=Looks)

    def keep(self, looks: Looks) -> None:
        """Remember this from now on."""
        if looks == self.looks:
            return
        self.looks = looks
        if self._path is None:
            return
        new = self._path.with_suffix(f".{os.getpid()}.new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(msgspec.json.encode(looks))
            new.replace(self._path)

"""The wall clock: for people who read records, never for intervals.

Where rehearsals are allowed it can be put wrong on purpose, for all processes at once:

    run_dir/wall.error   by how many seconds it is wrong, as text; no file = right
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from station.core.config import StationConfig

JUMP_S = 1.0  # a wall clock that is steered (NTP) moves by less
_FILE = "wall.error"

Wall = Callable[[], float]
"""Seconds since 1970."""


def wall_clock(config: StationConfig) -> Wall:
    """The clock that dates this process's records."""
    if not config.station.rehearsal:
        return time.time
    path = config.run_dir / _FILE
    return lambda: time.time() + _error_s(path)


def put_wrong(run_dir: Path, seconds: float) -> None:
    """From now on the wall clock of every process that rehearses is wrong by so much; 0 = right again."""
    path = run_dir / _FILE
    temporary = path.with_suffix(".part")
    temporary.write_text(f"{seconds!r}\n")
    temporary.replace(path)


class WallWatch:
    """Notices that the wall clock was set, by comparing it with the monotonic one."""

    def __init__(self, clock_ns: Callable[[], int], wall: Wall) -> None:
        self._clock_ns = clock_ns
        self._wall = wall
        self._offset_s = self._compare()

    def jump_s(self) -> float:
        """By how much the wall clock was set since the last call; 0.0 for less than JUMP_S."""
        before, self._offset_s = self._offset_s, self._compare()
        jump_s = self._offset_s - before
        return jump_s if abs(jump_s) >= JUMP_S else 0.0

    def _compare(self) -> float:
        return self._wall() - self._clock_ns() / 1e9


def _error_s(path: Path) -> float:
    with contextlib.suppress(OSError, ValueError):
        return float(path.read_text())
    return 0.0

"""What a person sees while training runs: one line on stderr with what is done and how long it still takes."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_EVERY_S = 0.5  # between two updates on a terminal
_EVERY_QUIET_S = 15.0  # between two lines in a log file
_WIDTH = 24


class Progress:
    """One stage after the other; each knows how many steps it has."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._stage, self._total, self._done = "", 0, 0
        self._began = self._shown = time.monotonic()

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of `total` steps."""
        self._stage, self._total, self._done = name, max(1, total), 0
        self._began = self._shown = time.monotonic()

    def step(self, done: int, value: float | None = None) -> None:
        """`done` steps are finished; `value` is a number worth seeing, such as the loss."""
        self._done = done
        now = time.monotonic()
        if done >= self._total or now - self._shown >= (_EVERY_S if self._terminal else _EVERY_QUIET_S):
            self._shown = now
            self._write(self._line(now - self._began, value), done >= self._total)

    def advance(self) -> None:
        """One more step is finished."""
        self.step(self._done + 1)

    def say(self, text: str) -> None:
        """A sentence that stays."""
        self._write(text, last=True)

    def _line(self, elapsed: float, value: float | None) -> str:
        share = min(1.0, self._done / self._total)
        bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
        left = elapsed * (1 - share) / share if share else 0.0
        number = "" if value is None else f"  {value:.4g}"
        return f"{self._stage:<22} [{bar}] {share:4.0%}  {_clock(elapsed)}, left {_clock(left)}{number}"

    def _write(self, text: str, last: bool) -> None:
        if self._terminal:
            self._stream.write(f"\r\033[K{text}" + ("\n" if last else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"

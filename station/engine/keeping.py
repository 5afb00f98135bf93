"""Which pictures are stored, and how many of them may wait for the disk.

    ng      every part that is rejected
    border  a good part whose score came close to the limit
    ok      every n-th of the other good parts

Pictures wait in memory until the recorder has committed them. When the memory fills, OK pictures are refused first,
border cases later, and NG pictures only when nothing is left. Records are never refused: they are not kept here.
"""

from __future__ import annotations

import os
from collections import deque

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.messages import InspectionRecord

BORDER_SHARE = 0.1  # of the limit
_SHARES = {"ok": 0.5, "border": 0.75, "ng": 1.0}  # of the memory that may be taken when such a picture comes
_MOST_PICTURES = 512  # each waiting picture holds a file descriptor, and a process has 1,024


class Keeping:
    """Owned by the engine's loop."""

    def __init__(self, keep_ok_every: int, queue_bytes: int) -> None:
        self._keep_ok_every = keep_ok_every
        self._queue_bytes = queue_bytes
        self._waiting: deque[tuple[int, int]] = deque()  # delivery number, bytes
        self._bytes = 0
        self._good = 0
        self.shed = dict.fromkeys(_SHARES, 0)

    def choose(self, record: InspectionRecord, size: int) -> str:
        """Why a picture of `size` bytes is kept: "ng", "border", "ok", or "" when it is not."""
        kind = self._kind(record)
        if not kind:
            return ""
        share = _SHARES[kind]
        full = self._bytes + size > share * self._queue_bytes or len(self._waiting) >= share * _MOST_PICTURES
        if full:
            self.shed[kind] += 1
            return ""
        return kind

    def wait(self, number: int, size: int) -> None:
        """A picture of `size` bytes waits with delivery `number`."""
        self._waiting.append((number, size))
        self._bytes += size

    def stored(self, number: int) -> None:
        """All deliveries up to `number` are on the disk."""
        while self._waiting and self._waiting[0][0] <= number:
            self._bytes -= self._waiting.popleft()[1]

    def _kind(self, record: InspectionRecord) -> str:
        if record.verdict is not Verdict.PASS:
            return "ng"
        if record.limit - record.score <= BORDER_SHARE * abs(record.limit):
            return "border"
        self._good += 1
        wanted = self._keep_ok_every and self._good % self._keep_ok_every == 0
        return "ok" if wanted else ""


def picture_descriptor(image: NDArray[np.uint8]) -> int:
    """A file descriptor on a copy of `image` [H, W], row-major; who takes it closes it."""
    descriptor = os.memfd_create("saiken-picture", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, image.nbytes)
    os.pwrite(descriptor, np.ascontiguousarray(image).data, 0)
    return descriptor

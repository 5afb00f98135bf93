"""Which pictures are stored.

    ng      every part that is not passed
    border  a good part within the recipe's grey band, or whose score came close to the limit
    ok      every n-th of the other good parts

How many of them may wait for the disk, and which are shed first (ok, then border, then ng), is the outbox's matter:
it goes by these words.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason, Verdict
from station.core.messages import InspectionRecord

BORDER_SHARE = 0.1  # of the limit


class Keeping:
    """The policy; counts the good parts."""

    def __init__(self, keep_ok_every: int) -> None:
        self._keep_ok_every = keep_ok_every
        self._good = 0

    def choose(self, record: InspectionRecord) -> str:
        """Why this part's picture is kept: "ng", "border", "ok", or "" when it is not."""
        if record.verdict is not Verdict.PASS:
            return "ng"
        if record.reason is Reason.BORDER or record.limit - record.score <= BORDER_SHARE * abs(record.limit):
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

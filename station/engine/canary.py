"""The canary: a golden picture whose verdict is known, judged while no part is there.

It keeps the heartbeat honest: a status says that inspection works, because it just did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Verdict
from station.core.errors import StationError
from station.engine.inspector import Detecting


@dataclass(frozen=True)
class KnownPicture:
    """A camera frame uint8 [H, W] from the bundle, and the verdict it must get."""

    frame: NDArray[np.uint8]
    verdict: Verdict


class Canary:
    """Judges one known picture after the other, good ones and bad ones in turn."""

    def __init__(self, detector: Detecting, known: Sequence[KnownPicture]) -> None:
        self._detector = detector
        self._known = known
        self._next = 0

    def __len__(self) -> int:
        """How many pictures are known."""
        return len(self._known)

    def check(self) -> str:
        """ "" when the next picture got its verdict, else a sentence that says what happened."""
        at = self._next % len(self._known)
        self._next += 1
        known = self._known[at]
        try:
            verdict = self._detector.inspect(known.frame).verdict
        except StationError as error:
            return f"The self-test failed on golden picture {at}: {error}"
        if verdict is not known.verdict:
            return f"The self-test failed: golden picture {at} is {verdict.name}, it must be {known.verdict.name}"
        return ""

"""Faults on purpose: for a demo or the commissioning, the detector fails for some seconds when it is asked to.

Only parts are touched, never the canary: what is rehearsed is the station's answer to a fault that nobody has noticed
yet.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Finding, Reason, Verdict
from station.core.messages import Rehearse
from station.engine.camera.protocol import Clock
from station.engine.inspector import Answer, Detecting

FAULTS = ("nan", "late")
LONGEST_S = 60.0


@dataclass(frozen=True)
class _NotFinite:
    """An answer that claims PASS with a score that is no number: nobody may believe it."""

    screened_ns: int
    verified_ns: int
    verdict: Verdict = Verdict.PASS
    reason: Reason = Reason.CLEAN
    border: bool = False
    score: float = math.nan
    limit: float = 1.0
    findings: tuple[Finding, ...] = ()
    cleared: int = 0


class RehearsedDetector:
    """A detector that fails while a rehearsal lasts, and hands everything on otherwise."""

    def __init__(
        self,
        detector: Detecting,
        deadline_ms: int,
        clock_ns: Clock = time.monotonic_ns,
        sleep_s: Callable[[float], None] = time.sleep,
    ) -> None:
        self._detector = detector
        self._delay_s = 1.1 * deadline_ms / 1000
        self._clock_ns = clock_ns
        self._sleep_s = sleep_s
        self._fault = ""
        self._until_ns = 0

    def rehearse(self, request: Rehearse) -> bool:
        """Start what is asked for, instead of what goes on; False for an unknown fault or more than LONGEST_S."""
        if request.fault not in FAULTS or not 0 < request.seconds <= LONGEST_S:
            return False
        self._fault = request.fault
        self._until_ns = self._clock_ns() + round(request.seconds * 1e9)
        return True

    def inspect(self, frame: NDArray[np.uint8]) -> Answer:
        """The real answer, made late or not finite while the rehearsal lasts."""
        fault = self._fault if self._clock_ns() < self._until_ns else ""
        answer = self._detector.inspect(frame)
        if fault == "nan":
            return _NotFinite(answer.screened_ns, answer.verified_ns)
        if fault == "late":
            self._sleep_s(self._delay_s)
        return answer

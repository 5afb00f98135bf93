"""Questions how production went, and their replies."""

from __future__ import annotations

from typing import Literal

import msgspec

from station.core.message import Question, Reply

Period = Literal["shift", "day", "week"]
"""shift: since this shift began. day: the last 24 hours. week: the last 7 days."""

BUCKETS: dict[str, tuple[float, float]] = {  # seconds: longest period, one bucket
    "shift": (86_400.0, 900.0),
    "day": (86_400.0, 3_600.0),
    "week": (604_800.0, 21_600.0),
}


class Bucket(msgspec.Struct, frozen=True):
    """The parts of one stretch of time."""

    time: float  # its beginning, seconds since 1970
    parts: int
    passed: int
    rejected: int
    score: float  # mean of the parts that passed, 0.0 without any
    p50_ms: float  # capture to acknowledge, of a sample; 0.0 without any
    p99_ms: float

    @property
    def inspected(self) -> int:
        """Parts that were judged for what was seen."""
        return self.passed + self.rejected


class AskStatistics(Question, frozen=True):
    """How production went (challenge tests apart)."""

    period: Period = "shift"
    lot: str = ""  # only this lot, "" = all


class Statistics(Reply, frozen=True):
    """Buckets without parts are left out; `pareto` is (name, parts), the most frequent first."""

    since: float = 0.0
    until: float = 0.0
    bucket_s: float = 900.0
    buckets: tuple[Bucket, ...] = ()
    pareto: tuple[tuple[str, int], ...] = ()
    cleared: int = 0  # over-detections, of all lots

    @property
    def parts(self) -> int:
        """All of them."""
        return sum(one.parts for one in self.buckets)

    @property
    def passed(self) -> int:
        """OK."""
        return sum(one.passed for one in self.buckets)

    @property
    def rejected(self) -> int:
        """NG; the rest was not inspected."""
        return sum(one.rejected for one in self.buckets)

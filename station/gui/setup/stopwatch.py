# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the last parts took, in numbers. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from station.core.messages import PartRecord
from station.core.ranks import nearest_rank
from station.gui.why.timing import Timing, timing

KEPT = 100  # parts


class Pace(NamedTuple):
    """Over the parts kept; `margin_ms` is the least time that was left before a deadline, NaN = no deadline known."""

    parts: int
    median_ms: float
    p99_ms: float
    margin_ms: float


class Stopwatch:
    """Keeps the times of the last KEPT parts that it was shown."""

    def __init__(self) -> None:
        self._timings: dict[str, Timing] = {}

    def take(self, records: Iterable[PartRecord]) -> None:
        """Records, older first; one that is known already is replaced, one without times is left out."""
        for record in records:
            if (times := timing(record.ledger)) is not None:
                self._timings[record.key] = times
        while len(self._timings) > KEPT:
            del self._timings[next(iter(self._timings))]

    def newest(self, count: int) -> list[tuple[str, Timing]]:
        """Keys and times of at most `count` parts, the newest first."""
        return list(reversed(self._timings.items()))[:count]

    def pace(self) -> Pace | None:
        """None as long as no part was seen."""
        if not self._timings:
            return None
        totals = sorted(one.total_ms for one in self._timings.values())
        margins = [one.deadline_ms - one.total_ms for one in self._timings.values() if not math.isnan(one.deadline_ms)]
        return Pace(len(totals), nearest_rank(totals, 0.5), nearest_rank(totals, 0.99), min(margins, default=math.nan))

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast parts come and how much time is left before their deadlines. No Qt in here."""

from __future__ import annotations

from collections import deque

from station.core.messages import Counters, PartRecord

MARGINS = 100  # newest parts whose margin counts
_MINUTE_NS = 60 * 10**9
_STANDS_NS = 5 * 10**9  # no part for so long: the line stands


class Pace:
    """Fed with every record."""

    def __init__(self) -> None:
        self._seen_ns: deque[int] = deque(maxlen=6_000)
        self._margins: deque[float] = deque(maxlen=MARGINS)

    def take(self, record: PartRecord) -> None:
        """One more part."""
        ledger = record.ledger
        if ledger.trigger_ns:
            self._seen_ns.append(ledger.trigger_ns)
        if ledger.acknowledged_ns and ledger.deadline_ns:
            self._margins.append((ledger.deadline_ns - ledger.acknowledged_ns) / 1e6)

    def parts_per_minute(self, now_ns: int) -> float:
        """Over the last minute, or since parts have come; 0 while the line stands."""
        while self._seen_ns and now_ns - self._seen_ns[0] > _MINUTE_NS:
            self._seen_ns.popleft()
        if len(self._seen_ns) < 2 or now_ns - self._seen_ns[-1] > _STANDS_NS:
            return 0.0
        return (len(self._seen_ns) - 1) * _MINUTE_NS / max(1, self._seen_ns[-1] - self._seen_ns[0])

    @property
    def least_margin_ms(self) -> float | None:
        """The least time before a deadline among the newest parts; negative = too late; None = no part yet."""
        return min(self._margins, default=None)


def passed_share(counters: Counters) -> float | None:
    """Share of the parts that passed, 0 to 1; None while there are none."""
    return counters.passed / counters.parts if counters.parts else None

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one part's time went, as the Why pane draws it. No Qt in here."""

from __future__ import annotations

import math
from typing import NamedTuple

from station.core.domain import Ledger

STAGES = (
    ("transfer", "frame_ns"),
    ("screening", "screened_ns"),
    ("verification", "verified_ns"),
    ("decision", "decided_ns"),
    ("hand_over", "received_ns"),
    ("serial", "written_ns"),
    ("acknowledge", "acknowledged_ns"),
)


class Stage(NamedTuple):
    """One stage: `begin_ms` counts from the first known time of the part."""

    name: str
    begin_ms: float
    length_ms: float


class Timing(NamedTuple):
    """All stages reached, in order; `deadline_ms` from the same start, NaN = unknown."""

    stages: tuple[Stage, ...]
    total_ms: float
    deadline_ms: float


def timing(ledger: Ledger) -> Timing | None:
    """The stages of one part, or None when no time is known. A stage that was not reached is left out."""
    times = [value for name, field in STAGES if (value := getattr(ledger, field))]
    starts = [value for value in (ledger.trigger_ns, ledger.exposed_ns) if value] or times[:1]
    if not starts:
        return None
    start = before = min(starts)
    stages = []
    for name, field in STAGES:
        end = getattr(ledger, field)
        if end:
            stages.append(Stage(name, (before - start) / 1e6, max(0, end - before) / 1e6))
            before = max(before, end)
    deadline_ms = (ledger.deadline_ns - start) / 1e6 if ledger.deadline_ns else math.nan
    return Timing(tuple(stages), (before - start) / 1e6, deadline_ms)

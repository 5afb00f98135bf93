# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Statistics screen."""

from __future__ import annotations

import math
from functools import partial

from station.core.counting import AskStatistics, Bucket, Statistics
from station.core.message import Refusal
from station.gui.made_up import Replies, Scene, good
from station.gui.pane import Screen
from station.gui.statistics.screen import StatisticsScreen

_BEGIN = 1.79e9


def scenes() -> tuple[Scene, ...]:
    """Each chart of a shift with a bad half hour and a drift; nothing; no recorder."""
    full: Replies = {AskStatistics: (made_up_shift(), b"")}
    none: Replies = {AskStatistics: (Statistics(0, _BEGIN, _BEGIN + 900), b"")}
    refused: Replies = {AskStatistics: (Refusal(0, "the recorder is not there"), b"")}
    pages = ("rejects", "drift", "defects", "yield", "latency")
    shown = tuple(
        Scene(f"statistics-{name}", good(), "statistics", full, partial(_open, place))
        for place, name in enumerate(pages)
    )
    return (
        *shown,
        Scene("statistics-none", good(), "statistics", none),
        Scene("statistics-no-recorder", good(), "statistics", refused),
    )


def made_up_shift() -> Statistics:
    """32 quarters of an hour."""
    buckets = []
    for place in range(32):
        parts = 1100 + 37 * (place % 5)
        rejected = 24 + 5 * (place % 4) + (70 if place in {19, 20} else 0)
        score = 1.1 + 0.05 * math.sin(place * 2.1) + 0.012 * max(0, place - 18)
        latency = 43 + place % 3
        buckets.append(
            Bucket(_BEGIN + 900 * place, parts, parts - rejected - 2, rejected, score, latency, latency + 9 + place % 4)
        )
    pareto = (("scratch", 412), ("reason:finding", 268), ("dent", 187), ("burr", 96), ("reason:logical", 31))
    return Statistics(0, _BEGIN, _BEGIN + 28_800, 900.0, tuple(buckets), pareto, 48_210)


def _open(place: int, screen: Screen) -> None:
    if isinstance(screen, StatisticsScreen):
        screen.tabs.turn_to(place)

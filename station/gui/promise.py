# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many rejects the recipe's promise allows among so many parts, if all of them were good. No Qt in here."""

from __future__ import annotations

import math

LEVEL = 0.95


def most_rejects(parts: int, bound: float) -> int:
    """The smallest k that a binomial count of `parts` with share `bound` exceeds in at most 5 % of cases, exactly.

    Args:
        parts: inspected.
        bound: 95 % upper bound of the share of good parts that are rejected, 0 to 1.
    """
    if parts <= 0 or bound <= 0.0:
        return 0
    if bound >= 1.0:
        return parts
    log_p, log_q, log_all = math.log(bound), math.log1p(-bound), math.lgamma(parts + 1)
    reached = 0.0
    for hits in range(parts + 1):
        log_ways = log_all - math.lgamma(hits + 1) - math.lgamma(parts - hits + 1)
        reached += math.exp(log_ways + hits * log_p + (parts - hits) * log_q)
        if reached >= LEVEL:
            return hits
    return parts

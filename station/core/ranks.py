"""Percentiles by nearest rank: a value that was really measured, never one between two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

Number = TypeVar("Number", int, float)


def nearest_rank(ascending: Sequence[Number], share: float) -> Number:
    """The smallest of at least one value that `share` (0 to 1) of all do not exceed."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]

"""When shifts begin: times of the day in local time, as `station.shifts` of station.toml says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def check_shifts(shifts: Sequence[str]) -> str:
    """Why these cannot be the beginnings of shifts; "" if they can."""
    if not 1 <= len(shifts) <= 6 or not all(_TIME.fullmatch(one) for one in shifts):
        return 'must be 1 to 6 times of the day like "06:00"'
    if list(shifts) != sorted(set(shifts)):
        return "must ascend"
    return ""


def shift_start(now_s: float, shifts: Sequence[str]) -> float:
    """When the shift of this moment began (both in seconds since 1970); a day with a clock change is right too."""
    now = datetime.fromtimestamp(now_s).astimezone()
    for days in (0, 1):
        day = (now - timedelta(days=days)).date()
        for text in reversed(shifts):
            hour, minute = (int(part) for part in text.split(":"))
            # Naive local time, then made aware: astimezone takes the offset of that very moment.
            begin = datetime(day.year, day.month, day.day, hour, minute).astimezone()
            if begin.timestamp() <= now_s:
                return begin.timestamp()
    raise AssertionError("a shift has begun within two days")  # of at least one a day

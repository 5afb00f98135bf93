"""The simulated PLC and camera stand for hardware that is never late: ask the kernel to run them first."""

from __future__ import annotations

import contextlib
import os


def run_first(realtime_priority: int) -> str:
    """SCHED_FIFO if permitted, else a better nice value if permitted; returns what was granted."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(realtime_priority))
        return f"SCHED_FIFO {realtime_priority}"
    with contextlib.suppress(OSError):
        return f"nice {os.nice(-10)}"
    return "normal priority"

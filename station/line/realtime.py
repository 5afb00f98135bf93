"""Real-time manners of the line process: priority, locked memory, no garbage collection. Each only where permitted."""

from __future__ import annotations

import ctypes
import gc
import os

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_TOUCHED_BYTES = 8 << 20  # heap that later allocations reuse without a page fault


def become_realtime(priority: int) -> str:
    """Ask for SCHED_FIFO `priority` (0 = do not ask) and locked memory; returns the sentence for the screen.

    Garbage collection goes off in any case: a full collection took half a second, and the line makes no cycles.
    """
    gc.collect()
    gc.disable()
    if priority == 0:
        return "not asked for (line.realtime_priority = 0)"
    return f"{_take_priority(priority)}, {_lock_memory()}"


def _take_priority(priority: int) -> str:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError as error:
        return f"no SCHED_FIFO {priority} ({error.strerror}): grant LimitRTPRIO"
    return f"SCHED_FIFO {priority}"


def _lock_memory() -> str:
    """Touch a reserve, then lock all pages there are and will be."""
    reserve = bytearray(_TOUCHED_BYTES)
    reserve[:: os.sysconf("SC_PAGE_SIZE")] = bytes(len(range(0, _TOUCHED_BYTES, os.sysconf("SC_PAGE_SIZE"))))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) != 0:
        return f"memory not locked ({os.strerror(ctypes.get_errno())}): grant LimitMEMLOCK"
    return "memory locked"

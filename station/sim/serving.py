"""A simulator as a process: runs first, says when it is ready, ends cleanly when it is asked to."""

from __future__ import annotations

import gc
import signal
from typing import Protocol

from station.core.notify import notify
from station.sim.priority import run_first


class Simulator(Protocol):
    """An event loop that ends soon after `stopping` is set."""

    stopping: bool

    def run(self) -> None: ...


def serve(simulator: Simulator, realtime_priority: int) -> None:
    """Run `simulator` until SIGTERM or SIGINT; everything it needs must be there already."""

    def stop(number: int, frame: object) -> None:
        simulator.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    run_first(realtime_priority)
    gc.freeze()
    notify("READY=1")
    simulator.run()

"""A simulator runs until it is asked to stop, and says when it is ready."""

from __future__ import annotations

import gc
import os
import signal

import pytest

from station.sim import serving


class Ticking:
    """Asks itself to stop, as a supervisor would."""

    def __init__(self, number: int) -> None:
        self.stopping, self.number = False, number

    def run(self) -> None:
        assert not self.stopping
        os.kill(os.getpid(), self.number)
        while not self.stopping:
            pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_first_and_ready_until_it_is_asked_to_stop(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    said: list[object] = []
    monkeypatch.setattr(serving, "run_first", said.append)
    monkeypatch.setattr(serving, "notify", said.append)
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    simulator = Ticking(number)
    try:
        serving.serve(simulator, 55)
    finally:
        gc.unfreeze()
        for one, handler in before.items():
            signal.signal(one, handler)
    assert simulator.stopping
    assert said == [55, "READY=1"]

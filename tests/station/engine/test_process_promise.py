"""The engine's loop among its peers: drift that voids the promise, and border cases."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from station.core.channel import connect
from station.core.domain import DriftState, Reason, Verdict
from station.core.message import Event
from station.core.messages import Delivery, EngineStatus, InspectionRecord, Numbering, PartVerdict, Showing
from station.core.recipe import DriftSpec
from station.engine.promise import UNWATCHED
from station.engine.vision.drift import DriftWatch


@pytest.fixture
def drifting(tasks, task) -> DriftWatch:
    """The next opening of the bundle has a watch; parts of the fake detector score higher than its calibration's."""
    watch = DriftWatch(DriftSpec(), np.linspace(0, 0.1, 100, dtype=np.float32))
    tasks.append(replace(task, watch=watch))
    return watch


def events(bench) -> list[Event]:
    return [one.body for one in bench.recorder.take(Delivery) if isinstance(one.body, Event)]


@pytest.mark.usefixtures("drifting")
def test_drift_voids_the_promise_once_and_the_line_runs_on(bench):
    bench.turn(2)
    assert bench.arm().drift is DriftState.STEADY
    bench.line.channel.send(Numbering(bench.session, 1000))
    for trigger in range(1, 101):
        bench.camera.expose(trigger)
        bench.turn()
    assert {one.verdict for one in bench.line.take(PartVerdict)} == {Verdict.PASS}
    states = [status.drift for status in bench.line.take(EngineStatus)]
    since = states.index(DriftState.DRIFTED)
    assert set(states[since:]) == {DriftState.DRIFTED}
    told = [event for event in events(bench) if "promise" in event.text]
    assert [event.kind for event in told] == ["fault"]
    assert told[0].text.startswith(f"Recipe's promise void since part {1000 + since + 1} (scores run higher: CUSUM ")
    assert told[0].text.endswith("clean optics and check the light, then recalibrate")


@pytest.mark.usefixtures("drifting")
def test_a_restarted_engine_knows_that_the_promise_is_void(bench, make_engine, config, tasks, task):
    bench.turn(2)
    bench.arm()
    for trigger in range(1, 101):
        bench.camera.expose(trigger)
        bench.turn()
    detail = bench.line.take(EngineStatus)[-1].drift_detail
    events(bench)
    bench.engine.close()
    for peer in (bench.line, bench.recorder):
        peer.die()
        peer.revive()
    tasks.append(replace(task, watch=DriftWatch(DriftSpec(), np.linspace(0, 1, 100, dtype=np.float32))))
    bench.engine = make_engine(config)
    bench.turn(8)
    status = bench.line.take(EngineStatus)[-1]
    assert (status.drift, status.drift_detail) == (DriftState.DRIFTED, detail)
    told = [event for event in events(bench) if "promise void" in event.text]
    assert len(told) == 2  # the first process's once more, it was never acknowledged, and the second's
    assert told[0].time < told[1].time


def test_a_bundle_without_calibration_scores_is_said_to_be_unwatched(armed):
    armed.turn()
    status = armed.line.take(EngineStatus)[-1]
    assert (status.drift, status.drift_detail) == (DriftState.UNWATCHED, UNWATCHED)
    assert [event.kind for event in events(armed) if "promise not watched" in event.text] == ["note"]


def test_a_border_case_goes_to_line_recorder_and_window_with_its_picture(armed, run_dir, answer, picture):
    window = connect(run_dir / "engine.sock")
    armed.turn()
    armed.detector.answers = [answer(border=True)]
    armed.camera.expose(1)
    armed.turn()
    assert [(one.verdict, one.reason) for one in armed.line.take(PartVerdict)] == [(Verdict.PASS, Reason.BORDER)]
    (record,) = [one.body for one in armed.recorder.take(Delivery) if isinstance(one.body, InspectionRecord)]
    assert (record.verdict, record.reason, record.kept_as) == (Verdict.PASS, Reason.BORDER, "border")
    assert os.pread(armed.recorder.descriptors[-1], 999, 0) == picture().tobytes()
    shown = []
    while (message := window.receive()) is not None:
        shown.append(message)
    assert [one.reason for one in shown if isinstance(one, Showing)] == [Reason.BORDER]
    window.close()

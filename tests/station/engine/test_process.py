"""The engine's loop among its peers: line, recorder, camera and windows made of the messages that they really speak."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from station.core.channel import connect
from station.core.domain import Health, Reason, Verdict
from station.core.errors import RuntimeFaultError
from station.core.message import Event
from station.core.messages import (
    Delivery,
    EngineStatus,
    InspectionRecord,
    Numbering,
    PartVerdict,
    Rehearse,
    Showing,
    Stored,
)
from station.engine.optics import PARTS


def test_it_says_what_it_is_and_gets_ready_with_the_camera(bench):
    bench.turn(2)
    first, *_, last = bench.line.take(EngineStatus)
    assert (first.ready, first.fatal, first.recipe) == (False, "", "")
    assert (last.ready, last.fatal, last.recipe, last.recipe_id, last.camera) == (False, "", "ring", 77, Health.FAILURE)
    ready = bench.arm()
    assert (ready.ready, ready.camera, ready.detail) == (True, Health.GOOD, "fake runtime")
    assert ready.session != 0


def test_each_trigger_gets_one_verdict_in_order_and_the_status_comes_after_it(armed, bad):
    armed.camera.expose(1)
    armed.camera.expose(2, bad)
    armed.camera.lose(3)
    armed.camera.expose(5)
    armed.turn(6)
    verdicts = armed.line.take(PartVerdict)
    assert [(one.frame.session, one.frame.trigger) for one in verdicts] == [(armed.session, n) for n in (1, 2, 3, 4, 5)]
    assert [one.verdict for one in verdicts] == [
        Verdict.PASS,
        Verdict.REJECT,
        Verdict.NOT_INSPECTED,
        Verdict.NOT_INSPECTED,
        Verdict.PASS,
    ]
    assert armed.line.take(EngineStatus)[-1].inspected == 5


def test_the_status_follows_its_verdict_at_once(armed):
    armed.camera.expose(1)
    armed.turn()
    assert [type(message) for message in armed.line.heard] == [PartVerdict, EngineStatus]


def test_idle_the_canary_keeps_the_heartbeat(armed):
    before = armed.detector.calls
    for _ in range(10):
        armed.camera.ready()
        armed.turn()
    assert len(armed.line.take(EngineStatus)) == 10
    assert armed.detector.calls == before + 10


def test_light_and_lens_are_judged_by_the_inspected_frames(armed, picture):
    dim = int(picture()[0, 0]) // 2
    for trigger in range(1, PARTS + 1):
        armed.camera.expose(trigger, dim)
        armed.turn(2)
    armed.camera.ready()
    armed.turn(2)
    status = armed.line.take(EngineStatus)[-1]
    assert (status.light, status.light_detail) == (Health.OUT_OF_SPECIFICATION, "50% darker than the golden parts")
    assert {one.verdict for one in armed.line.take(PartVerdict)} == {Verdict.PASS}  # it advises, it judges no part


def test_lost_frames_alone_are_no_heartbeat_the_canary_proves_it(armed):
    before = armed.detector.calls
    for trigger in range(1, 6):
        armed.camera.lose(trigger)
        armed.turn(2)
    assert len(armed.line.take(PartVerdict)) == 5
    assert len(armed.line.take(EngineStatus)) == armed.detector.calls - before == 5


def test_a_canary_with_a_wrong_verdict_is_fatal(armed, answer):
    armed.detector.answers = [answer(Verdict.REJECT, Reason.FINDING)] * 2
    armed.turn(2)
    status = armed.line.take(EngineStatus)[-1]
    assert not status.ready
    assert "golden picture" in status.fatal
    assert armed.engine.fatal == status.fatal
    assert armed.engine.run(lambda: False) is False


def test_failures_in_a_row_end_the_engine_with_a_verdict_for_each_part(armed):
    for trigger in (1, 2, 3):
        armed.camera.expose(trigger)
    armed.detector.raises = [RuntimeFaultError("no answer")] * 3
    armed.turn(3)
    assert [one.reason for one in armed.line.take(PartVerdict)] == [Reason.NOT_FINITE] * 3
    status = armed.line.take(EngineStatus)[-1]
    assert (status.ready, "3 parts in a row" in status.fatal) == (False, True)
    assert armed.engine.fatal


def test_a_frozen_camera_is_noticed_and_a_new_arming_has_a_new_session(armed):
    armed.turn(armed.watchdog_ms // armed.turn_ms - 1)  # the second turn of arming was silent too
    assert armed.line.take(EngineStatus)[-1].ready
    armed.turn()
    lost = armed.line.take(EngineStatus)[-1]
    assert (lost.ready, lost.camera, lost.session) == (False, Health.FAILURE, 0)
    assert "no sign of life" in lost.detail
    armed.turn(5)
    assert len(armed.line.take(EngineStatus)) == 5  # inspection itself lives
    armed.camera.accept()
    armed.camera.ready()
    armed.turn(2)
    back = armed.line.take(EngineStatus)[-1]
    assert back.ready
    assert back.session not in {0, armed.session}
    armed.camera.expose(1)
    armed.turn()
    assert armed.line.take(PartVerdict)[0].frame.session == back.session
    told = [one.body for one in armed.recorder.take(Delivery) if isinstance(one.body, Event)]
    assert [event.kind for event in told if "Camera" in event.text] == ["note", "fault", "recovery"]


def test_a_line_that_restarts_is_met_again_and_hears_the_status_first(armed):
    armed.line.die()
    armed.camera.expose(1)
    armed.turn(5)
    armed.line.revive()
    armed.turn(5)
    assert isinstance(armed.line.heard[0], EngineStatus)
    assert armed.line.take(PartVerdict) == []  # it was for the line that is gone
    records = [one.body for one in armed.recorder.take(Delivery) if isinstance(one.body, InspectionRecord)]
    assert [record.frame.trigger for record in records] == [1]


def test_records_reach_the_recorder_with_the_pictures_that_the_policy_keeps(armed, bad, picture):
    for trigger, value in enumerate((10, bad, 10, 10), 1):
        armed.camera.expose(trigger, value)
    armed.camera.lose(5)
    armed.turn(7)
    records = [one.body for one in armed.recorder.take(Delivery) if isinstance(one.body, InspectionRecord)]
    assert [(record.frame.trigger, record.kept_as) for record in records] == [
        (1, ""),
        (2, "ng"),
        (3, "ok"),
        (4, ""),
        (5, ""),
    ]
    assert [record.picture for record in records] == [None, (12, 16), (12, 16), None, None]
    assert [os.pread(fd, 999, 0) for fd in armed.recorder.descriptors] == [picture(bad).tobytes(), picture().tobytes()]


def test_what_the_recorder_has_not_stored_is_sent_again(armed):
    first = armed.recorder.take(Delivery)
    armed.recorder.channel.send(Stored(first[-1].number))
    armed.camera.expose(1)
    armed.turn()
    armed.recorder.die()
    armed.camera.expose(2)
    armed.turn(5)
    armed.recorder.revive()
    armed.turn(5)
    records = [one.body for one in armed.recorder.take(Delivery) if isinstance(one.body, InspectionRecord)]
    assert [record.frame.trigger for record in records][-2:] == [1, 2]


def test_windows_see_parts_by_their_numbers_with_evidence_for_bad_ones(armed, run_dir, bad, received):
    window = connect(run_dir / "engine.sock")
    armed.turn()
    armed.line.channel.send(Numbering(armed.session, 1000))
    armed.camera.expose(1)
    armed.turn(2)
    armed.camera.expose(2, bad)
    armed.turn(2)
    good, rejected = (message for message in received(window) if isinstance(message, Showing))
    assert (good.part, good.verdict, good.why) == (1001, Verdict.PASS, ())
    assert (rejected.part, rejected.verdict) == (1002, Verdict.REJECT)
    assert [why.finding.score for why in rejected.why] == [4.0, 3.0, 2.0]
    window.close()


def test_a_refused_bundle_is_told_again_and_again_until_there_is_a_good_one(bench, refusals):
    refusals.extend(["vae.onnx: was altered"] * 2)
    bench.turn(20)
    statuses = bench.line.take(EngineStatus)
    assert len(statuses) >= 20
    assert {status.fatal for status in statuses[1:]} == {"vae.onnx: was altered"}
    assert not any(status.ready for status in statuses)
    bench.turn(140)
    assert bench.line.take(EngineStatus)[-1].fatal == ""
    assert bench.engine.fatal == ""
    events = [one.body.text for one in bench.recorder.take(Delivery) if isinstance(one.body, Event)]
    assert sum("refused" in text for text in events) == 1
    assert sum("opened" in text for text in events) == 1


def test_a_bundle_without_golden_pictures_is_refused(bench, tasks, task):
    tasks.append(replace(task, known=()))
    bench.turn(2)
    assert "no golden picture" in bench.line.take(EngineStatus)[-1].fatal


@pytest.mark.parametrize(
    ("config", "reason"), [(True, Reason.NOT_FINITE), (False, Reason.CLEAN)], indirect=["config"], ids=["yes", "no"]
)
def test_faults_are_rehearsed_only_where_the_configuration_allows_it(armed, run_dir, reason):
    desk = connect(run_dir / "engine.sock")
    desk.send(Rehearse("nan", 5.0))
    armed.turn(2)
    armed.camera.expose(1)
    armed.turn()
    assert [one.reason for one in armed.line.take(PartVerdict)] == [reason]
    desk.close()


def test_a_late_part_is_not_passed(armed):
    armed.camera.expose(1, exposed_ns=armed.clock.ns - 300_000_000, stamp_ns=armed.clock.ns - 250_000_000)
    armed.turn()
    assert [(one.verdict, one.reason) for one in armed.line.take(PartVerdict)] == [(Verdict.NOT_INSPECTED, Reason.LATE)]


def test_not_inspected_parts_are_warned_of_once_a_second_and_good_ones_never(armed, caplog):
    caplog.clear()
    for trigger in range(1, 5):
        armed.camera.lose(trigger)
    armed.turn(6)
    for trigger in range(5, 9):
        armed.camera.expose(trigger)
    armed.turn(6)
    assert [record.getMessage() for record in caplog.records] == [
        "trigger 1 not inspected (frame_lost): the camera reported this frame as lost; 0 more"
    ]


def test_run_ends_when_told_so_and_closing_leaves_no_meeting_point(bench, run_dir):
    turns = iter([False, False, True])
    assert bench.engine.run(lambda: next(turns)) is True
    bench.engine.close()
    assert not (run_dir / "engine.sock").exists()

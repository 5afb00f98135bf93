"""Supervision on the whole line under a virtual clock: what stops, what the PLC is told, and who starts it again."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.domain import Reason, Verdict
from station.core.message import Command
from station.core.recipe_line import Limit, SupervisionSpec
from station.core.states import State

ROW = SupervisionSpec(rejects=Limit(5, 5, "stop"), no_image=Limit(4, 4, "error"), late=Limit(4, 4, "note"))


@pytest.fixture
def watched(hall, monkeypatch):
    """A hall whose recipe has small limits."""
    tell = hall.status
    monkeypatch.setattr(hall, "status", lambda **changes: tell(**{"supervision": ROW, **changes}))
    return hall


def requested(hall) -> int:
    return hall.plc.memory[plc_map.CONTROL_REQUEST]


def command(hall, action, role="operator"):
    return hall.line.command(Command(action, "ann", role), hall.now_ns)


def told(hall, kind):
    return [event.text for event in hall.events if event.kind == kind]


def test_a_row_of_rejects_stops_production_until_a_supervisor_starts(watched):
    hall = watched
    hall.bad_share = 0.0
    hall.produce(1)
    assert (hall.line.state, requested(hall)) == (State.CONTINUOUS_EXECUTION, 0)
    hall.bad_share = 1.0
    hall.run(1.5)
    assert hall.line.state is State.READY
    assert requested(hall) == plc_map.STOP_BELT
    assert hall.statuses[-1].error == "5 parts in a row were rejected"
    assert "supervisor" in hall.statuses[-1].advice
    hall.bad_share = 0.0
    hall.run(2)
    assert hall.line.state is State.READY
    assert not hall.parts[-8].passed
    assert not command(hall, "start").done
    assert command(hall, "start", "supervisor").done
    hall.run(2)
    hall.settle()
    hall.check()
    assert (hall.line.state, requested(hall), hall.statuses[-1].error) == (State.CONTINUOUS_EXECUTION, 0, "")
    assert hall.parts[-1].passed
    assert told(hall, "fault").count("5 parts in a row were rejected: stop") == 1


def test_a_stop_lasts_through_a_lost_link_and_a_new_engine(watched):
    hall = watched
    hall.bad_share = 1.0
    hall.produce(2)
    assert hall.line.state is State.READY
    hall.faults.mute = True
    hall.run(1)
    assert "no answer" in hall.statuses[-1].error
    hall.faults.mute = False
    hall.faults.dead = True
    hall.line.engine_gone(hall.now_ns)
    hall.run(0.5)
    hall.faults.dead = False
    hall.restart_engine()
    hall.run(2)
    assert (hall.line.state, requested(hall)) == (State.READY, plc_map.STOP_BELT)
    assert hall.statuses[-1].error == "5 parts in a row were rejected"
    hall.settle()
    hall.check()


def test_a_full_bin_stops_and_an_operator_starts_once_it_is_empty(watched):
    hall = watched
    hall.produce(1)
    hall.plc.inputs = plc_map.BIN_FULL
    hall.run(0.1)
    assert hall.line.state is State.READY
    assert not command(hall, "start", "supervisor").done
    hall.plc.inputs = plc_map.AIR_LOW
    hall.run(0.3)
    assert hall.statuses[-1].error == "the reject bin is full"
    assert command(hall, "start").done
    hall.run(0.1)
    assert hall.line.state is State.READY
    assert "air pressure" in hall.line.command(Command("start", "ann", "operator"), hall.now_ns).text
    hall.plc.inputs = 0
    hall.run(0.1)
    assert command(hall, "start").done
    hall.run(2)
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    hall.settle()
    hall.check()


def test_a_bin_that_is_full_from_the_beginning_keeps_the_line_from_starting(hall):
    hall.plc.inputs = plc_map.BIN_FULL
    hall.run(0.3)
    hall.belt = True
    hall.run(1)
    hall.settle()
    hall.check()
    assert hall.line.state is State.READY
    assert "CONTINUOUS_EXECUTION" not in told(hall, "state")
    assert not [part for part in hall.parts if part.passed]


def test_lost_frames_in_a_row_are_an_error_and_the_first_reason_stays(watched):
    hall = watched
    hall.produce(1)
    hall.faults.lost = True
    hall.run(1)
    assert hall.line.state is State.ERROR
    hall.plc.inputs = plc_map.GATE_FAULT
    hall.run(0.3)
    assert hall.statuses[-1].error == "4 parts in a row gave no picture"
    assert "camera" in hall.statuses[-1].advice
    hall.plc.inputs = 0
    hall.faults.lost = False
    hall.run(0.1)
    assert not command(hall, "confirm").done
    assert command(hall, "confirm", "supervisor").done
    hall.run(2)
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    hall.settle()
    hall.check()


def test_late_verdicts_may_be_a_note(watched):
    hall = watched
    hall.produce(1)
    hall.faults.slow_ms = 400
    hall.run(1)
    hall.faults.slow_ms = 0
    hall.run(1)
    assert "4 parts in a row got their verdict too late: note" in told(hall, "note")
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert requested(hall) == 0
    hall.settle()
    hall.check()


def test_a_plc_that_asks_for_another_recipe_gets_no_part_passed(hall, monkeypatch):
    hall.bad_share = 0.0
    hall.produce(1)
    count = len(hall.parts)
    status = hall.plc._status
    monkeypatch.setattr(hall.plc, "_status", lambda now: [*status(now)[:13], *plc_map.split32(0xBEEF)])
    hall.run(1)
    assert hall.line.state is State.READY
    both = "Part does not match recipe: the PLC asks for 0x0000BEEF, the station has 0xABCD1234 (demo)"
    assert hall.statuses[-1].error == both
    assert both in told(hall, "fault")
    hall.run(0.5)
    assert not [part for part in hall.parts[count:] if part.passed]
    monkeypatch.setattr(hall.plc, "_status", lambda now: [*status(now)[:13], *plc_map.split32(0xABCD1234)])
    hall.run(2)
    hall.settle()
    hall.check()
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert hall.parts[-1].passed
    refused = [record for record in hall.records.values() if record.reason is Reason.WRONG_RECIPE]
    assert len(refused) > 10
    assert {record.verdict for record in refused} == {Verdict.NOT_INSPECTED}


@pytest.mark.parametrize("seed", range(4))
def test_supervision_turns_nothing_into_a_pass(make_hall, monkeypatch, seed):
    """Small limits and every kind of trouble: whatever stops and starts again, no bad part passes."""
    hall = make_hall(seed=seed)
    tell = hall.status
    limits = {name: Limit(2, 4, hall.random.choice(("note", "stop", "error"))) for name in SupervisionSpec().limits}
    spec = SupervisionSpec(**limits, bin_full="stop", air_low="error")
    monkeypatch.setattr(hall, "status", lambda **changes: tell(**{"supervision": spec, **changes}))
    hall.produce(0.5)
    for _ in range(30):
        hall.plc.inputs = hall.random.choice((0, 0, 0, 1, 2))
        hall.faults.lost, hall.faults.no_edge = hall.random.random() < 0.1, hall.random.random() < 0.1
        hall.run(hall.random.uniform(0.1, 0.8))
        hall.plc.inputs = 0
        hall.run(0.1)
        command(hall, hall.random.choice(("start", "confirm")), "supervisor")
    hall.settle()
    hall.check()
    assert {event.text.rsplit(": ", 1)[-1] for event in hall.events} & {"stop", "error"}

"""The whole line logic under a virtual clock: the three promises of `Hall.check` under every fault."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.domain import DriftState, Health, Reason, Verdict
from station.core.errors import PortError
from station.core.message import Command
from station.core.messages import LineStatus
from station.core.states import State

MS = 1_000_000


def verdicts(hall):
    return [record.verdict for record in hall.records.values()]


def test_good_parts_pass_and_bad_parts_do_not(hall):
    hall.produce(5)
    hall.settle()
    hall.check()
    assert [part.passed for part in hall.parts] == [not part.bad for part in hall.parts]
    assert all(record.acknowledged for record in hall.records.values())
    assert len(hall.records) == len(hall.parts) > 40


def test_record_tells_the_times_in_their_order(hall):
    hall.produce(1)
    hall.settle()
    ledger = hall.record_of(3).ledger
    times = [ledger.exposed_ns, ledger.frame_ns, ledger.received_ns, ledger.written_ns, ledger.acknowledged_ns]
    assert times == sorted(times)
    assert ledger.acknowledged_ns <= ledger.deadline_ns <= ledger.trigger_ns + 250 * MS


def test_frames_without_exposure_stamp_are_paired_by_their_completion(hall):
    hall.faults.stamp = False
    hall.produce(3)
    hall.settle()
    hall.check()
    assert all(part.passed is not part.bad for part in hall.parts)


def test_production_is_told_and_so_are_the_numbers(hall):
    hall.produce(1)
    assert [event.text for event in hall.events if event.kind == "state"] == [
        "INITIALIZED",
        "CONTINUOUS_EXECUTION",
    ] or [event.text for event in hall.events if event.kind == "state"] == ["CONTINUOUS_EXECUTION"]
    assert hall.numberings[-1].session == hall.session
    assert hall.numberings[-1].offset == 0


def test_lost_frame_rejects_its_part_only(hall):
    hall.produce(1)
    hall.faults.lost = True
    hall.run(0.1)
    hall.faults.lost = False
    hall.run(1)
    hall.settle()
    hall.check()
    reasons = [record.reason for record in hall.records.values()]
    assert reasons.count(Reason.FRAME_LOST) in {1, 2}
    assert Reason.COUNT_MISMATCH not in reasons


def test_camera_that_misses_an_edge_never_shifts_a_verdict(hall):
    hall.produce(1)
    hall.faults.no_edge = True
    hall.run(0.1)
    hall.faults.no_edge = False
    hall.run(3)
    hall.settle()
    hall.check()
    assert hall.statuses[-1].counters.mismatches == 1
    assert any("counts differ" in event.text for event in hall.events)
    assert all(part.passed is not part.bad for part in hall.parts[-15:])


def test_frame_without_a_count_is_recorded_and_rejects_what_is_in_flight(hall):
    hall.rate_hz = 4
    hall.produce(2)
    hall.ghost()
    hall.run(3)
    hall.settle()
    hall.check()
    assert hall.statuses[-1].counters.mismatches == 1
    assert [record.reason for record in hall.records.values() if not record.part] == [Reason.NO_COUNT]
    assert next(record.key for record in hall.records.values() if not record.part).startswith("cam-00000064-")


def test_refused_datagram_costs_one_part(hall):
    hall.produce(1)
    hall.faults.drop = True
    hall.run(0.1)
    hall.faults.drop = False
    hall.run(1)
    hall.settle()
    hall.check()
    assert verdicts(hall).count(Verdict.NOT_INSPECTED) in {1, 2}
    assert hall.statuses[-1].counters.mismatches == 0


def test_repeated_verdicts_change_nothing(hall):
    hall.faults.repeat = True
    hall.produce(3)
    hall.settle()
    hall.check()
    assert hall.repeats == 0
    assert all(part.passed is not part.bad for part in hall.parts)


def test_late_verdict_is_not_inspected(hall):
    hall.produce(1)
    hall.faults.slow_ms = 400
    hall.run(1)
    hall.faults.slow_ms = 0
    hall.run(2)
    hall.settle()
    hall.check()
    assert Reason.LATE in [record.reason for record in hall.records.values()]


def test_dead_engine_stops_production_and_a_new_one_resumes_it(hall):
    hall.produce(1)
    hall.faults.dead = True
    hall.line.engine_gone(hall.now_ns)
    hall.run(0.05)
    assert hall.line.state is State.INITIALIZED
    assert hall.plc.memory[102] == State.INITIALIZED
    beat = hall.plc.memory[101]
    hall.run(1)
    assert hall.plc.memory[101] == beat
    assert hall.statuses[-1].engine is Health.FAILURE
    hall.faults.dead = False
    hall.restart_engine()
    hall.run(3)
    hall.settle()
    hall.check()
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert Reason.ENGINE_GONE in [record.reason for record in hall.records.values()]
    assert hall.numberings[-1].session == 101
    assert hall.parts[-1].passed is not hall.parts[-1].bad


def test_frozen_engine_is_gone_after_the_heartbeat_limit(hall):
    hall.produce(1)
    hall.faults.frozen = True
    hall.run(0.29)
    hall.run(0.12)
    assert hall.line.state is State.INITIALIZED
    hall.run(1.5)
    hall.faults.frozen = False
    hall.run(3)
    hall.settle()
    hall.check()
    assert hall.parts[-1].passed is not hall.parts[-1].bad


def test_cable_cut_gives_link_lost_records_and_comes_back(hall):
    hall.produce(1)
    hall.faults.mute = True
    hall.run(1.5)
    assert hall.line.state is State.PREOPERATIONAL
    assert "no answer" in hall.statuses[-1].plc_detail
    hall.faults.mute = False
    hall.run(3)
    hall.settle()
    hall.check()
    assert Reason.LINK_LOST in [record.reason for record in hall.records.values()]
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert hall.parts[-1].passed is not hall.parts[-1].bad


def test_byte_noise_costs_little(hall):
    hall.faults.noise = 0.1
    hall.produce(20)
    hall.settle()
    hall.check()
    good = [part for part in hall.parts if not part.bad]
    assert sum(part.passed for part in good) > 0.6 * len(good)


def test_plc_restart_is_noticed_and_uncounted_parts_get_records(hall):
    hall.produce(2)
    hall.faults.plc_down = True
    hall.run(1)
    hall.plc.restart(9)
    hall.faults.plc_down = False
    hall.run(3)
    hall.settle()
    hall.check()
    uncounted = [part for part in hall.parts if not part.part]
    strays = [record for record in hall.records.values() if not record.part]
    assert len(strays) == len(uncounted) > 5
    assert {record.boot for record in hall.records.values()} == {0, 7, 9}
    assert hall.parts[-1].passed is not hall.parts[-1].bad


def test_quick_plc_restart_between_two_polls_is_noticed(hall):
    hall.produce(2)
    hall.plc.restart(8)
    hall.run(3)
    hall.settle()
    assert not [part for part in hall.parts if part.bad and part.passed]
    assert any("PLC restarted" in event.text for event in hall.events)
    assert hall.plc.memory[102] == State.CONTINUOUS_EXECUTION


def test_slots_are_flushed_before_anything_is_written_to_a_restarted_plc(hall):
    """A PLC with retentive memory: old verdicts for the same part numbers must not meet the new count."""
    hall.produce(1)
    slots = dict(hall.plc.memory)
    hall.plc.restart(8)
    hall.plc.memory.update(slots)
    hall.run(0.15)
    held = [hall.plc.memory[plc_map.SLOT_BASE + i] for i in range(48)]
    assert all(word == 0 for i, word in enumerate(held) if held[i // 3 * 3] > 5)
    hall.run(2)
    hall.settle()
    hall.check()


def test_killed_line_records_what_it_missed(hall):
    hall.produce(2)
    hall.kill_line()
    hall.run(3)
    hall.settle()
    hall.check()
    assert Reason.LINE_RESTARTED in [record.reason for record in hall.records.values()]
    assert hall.parts[-1].passed is not hall.parts[-1].bad


def test_first_start_makes_no_records_of_parts_before_it(hall):
    hall.plc.count = 5000
    hall.produce(1)
    hall.settle()
    assert min(record.part for record in hall.records.values()) == 5001


def test_gate_fault_is_an_error_that_a_supervisor_confirms(hall):
    hall.produce(0.5)
    hall.plc.inputs = 4
    hall.run(0.1)
    assert hall.line.state is State.ERROR
    assert "gate fault" in hall.statuses[-1].error
    hall.plc.inputs = 0
    hall.run(0.1)
    assert hall.line.state is State.ERROR
    assert not hall.line.command(Command("confirm", "ann", "operator"), hall.now_ns).done
    assert hall.line.command(Command("confirm", "bob", "supervisor"), hall.now_ns).done
    assert hall.line.state is State.CONTINUOUS_EXECUTION


def test_fatal_engine_is_a_sticky_error(hall):
    hall.produce(0.5)
    hall.line.engine_status(hall.status(fatal="bundle altered"), hall.now_ns)
    assert hall.line.state is State.ERROR
    hall.faults.dead = True
    hall.line.engine_gone(hall.now_ns)
    hall.run(0.5)
    assert hall.line.state is State.ERROR
    assert hall.statuses[-1].error == "engine: bundle altered"
    assert hall.plc.memory[102] == State.ERROR


def test_bin_full_is_told(hall):
    hall.produce(0.3)
    hall.plc.inputs = 1
    hall.run(0.3)
    assert hall.statuses[-1].inputs == 1
    assert any("bin full" in event.text for event in hall.events)


def test_operator_starts_stops_and_halts(make_hall):
    hall = make_hall(autostart=False)
    hall.run(0.3)
    assert hall.line.state is State.READY
    assert hall.line.command(Command("start", "ann", "operator"), hall.now_ns).done
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    assert hall.line.command(Command("stop", "ann", "operator"), hall.now_ns).done
    assert hall.line.state is State.READY
    assert hall.line.command(Command("halt", "ann", "operator"), hall.now_ns).done
    assert hall.line.state is State.HALTED
    assert not hall.line.command(Command("start", "ann", "operator"), hall.now_ns).done
    assert hall.line.command(Command("confirm", "ann", "operator"), hall.now_ns).done
    hall.run(0.1)
    assert hall.line.state is State.READY
    assert {event.user for event in hall.events if event.kind == "command"} == {"ann"}


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (Command("start", "eve", "visitor"), "role 'visitor' is unknown"),
        (Command("dance", "eve", "engineer"), "action 'dance' is unknown"),
        (Command("confirm", "eve", "engineer"), "nothing to confirm"),
    ],
)
def test_foolish_commands_are_refused_with_a_reason(hall, command, word):
    hall.run(0.3)
    result = hall.line.command(command, hall.now_ns)
    assert not result.done
    assert word in result.text


def test_start_before_the_engine_is_there_is_remembered(make_hall):
    hall = make_hall(autostart=False)
    hall.faults.dead = True
    hall.run(0.3)
    result = hall.line.command(Command("start", "ann", "operator"), hall.now_ns)
    assert result.done
    assert "engine is not there" in result.text
    hall.faults.dead = False
    hall.run(0.3)
    assert hall.line.state is State.CONTINUOUS_EXECUTION


def test_nothing_passes_while_the_line_is_ready_only(make_hall):
    hall = make_hall(autostart=False)
    hall.run(0.3)
    hall.belt = True
    hall.run(2)
    hall.settle()
    hall.check()
    assert not [part for part in hall.parts if part.passed]
    assert Verdict.PASS not in verdicts(hall)
    assert Reason.NOT_PRODUCING in [record.reason for record in hall.records.values()]


def test_pass_above_the_limit_or_not_finite_is_no_pass(hall, monkeypatch):
    hall.produce(0.5)
    take = hall.line.part_verdict
    from msgspec.structs import replace

    monkeypatch.setattr(hall.line, "part_verdict", lambda v, now: take(replace(v, score=float("nan")), now))
    before = len(hall.parts)
    hall.run(1)
    hall.settle()
    assert not [part for part in hall.parts[before + 1 :] if part.passed]
    assert Reason.NOT_FINITE in [record.reason for record in hall.records.values()]


def test_closing_tells_the_plc_and_closes_every_part(hall):
    hall.produce(1)
    hall.line.close(hall.now_ns)
    assert not hall.line.plc_knows
    hall.belt = False
    hall.run(0.05)
    assert hall.line.plc_knows
    assert hall.plc.memory[102] == State.READY
    assert len(hall.records) == len(hall.parts)


def test_vanished_port_is_told_and_forgotten_when_it_is_back(hall):
    hall.produce(1)
    hall.line.port_lost(PortError("/dev/x: the port vanished"), hall.now_ns)
    assert hall.line.state is State.PREOPERATIONAL
    hall.run(0.5)
    assert "/dev/x" in hall.statuses[-1].error
    hall.line.port_opened(hall.now_ns)
    hall.run(2)
    hall.settle()
    hall.check()
    assert hall.line.state is State.CONTINUOUS_EXECUTION


def test_status_comes_five_times_a_second(hall):
    hall.produce(0.5)
    before = len(hall.statuses)
    hall.run(2)
    assert 9 <= len(hall.statuses) - before <= 11


def test_wake_time_lies_in_the_future_and_misses_nothing(hall):
    """A driver that only wakes when told gets the same result as one that looks every millisecond."""
    hall.produce(0.5)
    for _ in range(200):
        hall.run(0.001)
        assert hall.line.wake_ns(hall.now_ns) >= hall.now_ns - MS


def test_a_void_promise_is_shown_while_production_goes_on(hall):
    hall.produce(1)
    assert (hall.statuses[-1].drift, hall.statuses[-1].engine) == (DriftState.UNWATCHED, Health.GOOD)
    told = {"drift": DriftState.DRIFTED, "drift_detail": "since part 7"}
    hall.line.engine_status(hall.status(**told), hall.now_ns)
    hall.line.tick(hall.now_ns + 200 * MS)
    (status,) = [one for one in hall.line.take_messages() if isinstance(one, LineStatus)]
    assert (status.drift, status.drift_detail, status.engine) == (*told.values(), Health.MAINTENANCE)
    assert hall.line.state is State.CONTINUOUS_EXECUTION

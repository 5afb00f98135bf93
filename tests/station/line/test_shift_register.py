"""The line tracks the parts itself: what the gate does, judged by the belt, and what the records say."""

from __future__ import annotations

import math

import pytest

from station.core.config import LineSection
from station.core.domain import Reason, Verdict
from station.core.plc_map import Word
from station.core.states import State
from station.line.shift_register import ShiftRegister
from tests.station.line.belt_hall import MS, BeltHall

GATE_MM = LineSection().gate_distance_mm


def make(tracking="encoder", least_pitch_mm=150.0, **fields) -> BeltHall:
    speed = 500.0 if tracking == "time" else 450.0
    hall = BeltHall(LineSection(tracking=tracking, pitch_mm=least_pitch_mm), **{"mm_s": speed, **fields})
    hall.run(1.5)
    assert hall.line.state is State.CONTINUOUS_EXECUTION
    return hall


def run_to(hall, rider, mm):
    """Until `rider` is `mm` before the gate (negative: behind it)."""
    while hall.belt_mm - rider.at_mm < GATE_MM - mm:
        hall.run(0.001)


def events(hall):
    return [event.text for event in hall.events]


@pytest.mark.parametrize("tracking", ["encoder", "time"])
def test_without_faults_good_parts_pass_and_bad_ones_do_not(tracking):
    hall = make(tracking)
    hall.produce(20)
    hall.settle()
    hall.check()
    assert len(hall.riders) > 35
    for rider in hall.riders:
        assert rider.passed is not rider.bad
        record = hall.record_of(rider)
        assert record.verdict is (Verdict.REJECT if rider.bad else Verdict.PASS)
        assert record.acknowledged


def test_speed_may_change_under_an_encoder():
    hall = make(pitch_mm=lambda chance: chance.uniform(150, 200))
    hall.produce(0)
    for tick in range(1500):
        hall.mm_s = 280 + 215 * math.sin(tick / 40)
        hall.run(0.01)
    hall.mm_s = 450
    hall.settle()
    hall.check()
    good = [rider for rider in hall.riders if not rider.bad]
    assert len(good) > 10
    assert all(rider.passed for rider in good)


def test_part_waits_before_the_gate_while_the_belt_stands():
    hall = make()
    good = hall.put(bad=False)
    run_to(hall, good, 60)
    hall.mm_s = 0
    opened = 0
    for _ in range(5000):
        hall.run(0.001)
        opened += hall.io.energised
    assert opened == 0
    hall.mm_s = 450
    hall.settle()
    assert good.passed
    assert hall.record_of(good).verdict is Verdict.PASS


def test_gate_shuts_when_the_belt_stops_with_a_part_in_it():
    hall = make()
    good = hall.put(bad=False)
    run_to(hall, good, 5)
    assert hall.io.energised
    hall.mm_s = 0
    hall.run(0.15)
    assert not hall.io.energised
    hall.mm_s = 450
    hall.settle()
    assert hall.record_of(good).reason is Reason.NOT_TRACKED


def test_by_time_a_belt_that_loses_its_speed_rejects_what_is_on_it():
    hall = make("time")
    on_it = [hall.put(bad=False)]
    hall.run(0.32)
    on_it.append(hall.put(bad=False))
    hall.run(0.2)
    hall.mm_s = 0
    hall.run(0.4)
    hall.mm_s = 500
    hall.run(0.5)
    after = hall.put(bad=False)
    hall.settle()
    assert [rider.passed for rider in (*on_it, after)] == [False, False, True]
    assert {hall.record_of(rider).reason for rider in on_it} == {Reason.NOT_TRACKED}
    assert "the belt is not at its speed; all on the belt is rejected" in events(hall)
    assert "positions hold again" in events(hall)


def test_encoder_wraps_unnoticed():
    hall = make()
    hall.io.turn_encoder(-hall._encoder - 1000)
    hall.kill_line(0.1)
    hall.run(1)
    hall.produce(3)
    hall.settle()
    assert [rider.passed for rider in hall.riders] == [not rider.bad for rider in hall.riders]


@pytest.mark.parametrize(
    ("counts", "said"), [(30_000, "the encoder jumped by 30"), (-900, "the encoder jumped by -8"), (-250, "backwards")]
)
def test_encoder_that_jumps_or_falls_rejects_what_is_on_the_belt(counts, said):
    hall = make()
    good = hall.put(bad=False)
    hall.run(0.3)
    hall.io.turn_encoder(counts)
    hall.run(1.5)
    after = hall.put(bad=False)
    hall.settle()
    assert (good.passed, after.passed) == (False, True)
    assert hall.record_of(good).reason is Reason.NOT_TRACKED
    assert [text for text in events(hall) if said in text]


def test_belt_that_runs_backwards_rejects_what_is_on_it():
    hall = make()
    good = hall.put(bad=False)
    run_to(hall, good, 100)
    hall.mm_s = -200
    hall.run(0.5)
    hall.mm_s = 450
    hall.settle()
    assert not good.passed
    assert hall.record_of(good).reason is Reason.NOT_TRACKED
    assert "the belt runs backwards; all on the belt is rejected" in events(hall)


def test_failed_encoder_rejects_what_is_on_the_belt():
    hall = make()
    good = hall.put(bad=False)
    hall.run(0.3)
    hall.encoder_lives = False
    hall.run(0.3)
    hall.encoder_lives = True
    hall.settle()
    assert not good.passed
    assert hall.record_of(good).reason is Reason.NOT_TRACKED


def test_part_without_a_verdict_finds_the_gate_shut():
    hall = make(inspect_ms=(2000, 2000))
    good = hall.put(bad=False)
    hall.settle()
    assert not good.passed
    record = hall.record_of(good)
    assert (record.verdict, record.reason, record.acknowledged) == (Verdict.NOT_INSPECTED, Reason.LATE, True)


def test_border_case_is_turned_out_to_a_person():
    hall = make(praise=Reason.BORDER)
    good = hall.put(bad=False)
    hall.settle()
    assert not good.passed
    record = hall.record_of(good)
    assert (record.verdict, record.reason, record.acknowledged) == (Verdict.PASS, Reason.BORDER, True)


def test_engine_that_dies_takes_back_what_is_on_the_belt():
    hall = make()
    good = hall.put(bad=False)
    hall.run(0.5)
    hall.engine_dead = True
    hall.line.engine_gone(hall.now_ns)
    hall.settle()
    assert not good.passed
    assert hall.record_of(good).reason is Reason.ENGINE_GONE


def test_part_counted_while_the_link_was_lost_is_rejected():
    hall = make()
    hall.run(0.2)
    hall.wire.trouble.cut(hall.now_ns + 500 * MS)
    hall.run(0.2)
    good = hall.put(bad=False)
    hall.settle()
    hall.check()
    assert not good.passed
    assert hall.record_of(good).reason is Reason.LINK_LOST


def test_restarted_line_process_rejects_what_is_on_the_belt():
    hall = make()
    good = hall.put(bad=False)
    hall.run(0.3)
    hall.kill_line(0.15)
    hall.run(1.5)
    after = hall.put(bad=False)
    hall.settle()
    hall.check()
    assert (good.passed, after.passed) == (False, True)
    assert hall.record_of(good).reason is Reason.LINE_RESTARTED


def test_restarted_io_rejects_what_is_on_the_belt():
    hall = make()
    good = hall.put(bad=False)
    hall.run(0.3)
    hall.io.restart(hall.now_ns, 20 * MS)
    hall.settle()
    assert not good.passed
    assert not hall.record_of(good).acknowledged


@pytest.mark.parametrize("tracking", ["encoder", "time"])
def test_bad_part_directly_behind_a_good_one_never_slips_through(tracking):
    hall = make(tracking)
    for gap_mm in range(20, 160, 10):
        good = hall.put(bad=False)
        while hall.belt_mm < good.at_mm + gap_mm:
            hall.run(0.001)
        hall.put(bad=True)
        hall.run(1.6)
    hall.settle()
    hall.check()
    assert hall.riders[-2].passed, "at a pitch of 150 mm the good one goes"


def cut_beside_the_gate() -> int:
    """Bad parts that pass when the cable is cut at any moment around the gate; a bad part follows 40 mm behind."""
    passed = 0
    for cut_mm in range(-20, 50, 4):
        hall = make(least_pitch_mm=30.0)
        good = hall.put(bad=False)
        while hall.belt_mm < good.at_mm + 40:
            hall.run(0.001)
        bad = hall.put(bad=True)
        run_to(hall, good, cut_mm)
        hall.wire.trouble.cut(hall.now_ns + 1000 * MS)
        hall.run(0.5)
        passed += bad.passed
    return passed


def test_gate_shuts_in_time_whenever_the_cable_is_cut():
    assert cut_beside_the_gate() == 0


def test_lease_is_what_shuts_the_gate_in_time(monkeypatch):
    """The belt can catch a gate that stays open: a register that ignores how long a PASS lasts is convicted."""

    def careless(self, line, parts, careful=ShiftRegister.__init__):
        careful(self, line, parts)
        self._lease_mm = self._ahead_mm = 0.0

    monkeypatch.setattr(ShiftRegister, "__init__", careless)
    assert cut_beside_the_gate() > 0


def test_every_request_says_what_the_gate_must_do():
    """Nothing keeps the I/O's watchdog alive that does not carry GATE, and PASS is said only around good parts."""
    hall = make()
    hall.produce(5)
    hall.wire.trouble.noise(0.01, 0.01, hall.now_ns + 2000 * MS)
    hall.run(3)
    hall.settle()
    up = [data for at_ns, data in hall.requests if at_ns > hall.requests[0][0] + 500 * MS]
    handshakes = [data for data in up if data[1] != 23]
    assert all(data[1] == 3 for data in handshakes)
    words = {int.from_bytes(data[-4:-2], "big") for data in up if data[1] == 23}
    assert words == {Word.PASS, Word.REJECT}


def test_gate_is_shut_where_nothing_is():
    hall = make()
    for _ in range(2000):
        hall.run(0.001)
        assert not hall.io.energised


def bad_part_where_a_good_one_is_expected() -> bool:
    """By time: the belt stops just so long that the bad part is at the gate when the good one behind it should be."""
    hall = make("time")
    bad = hall.put(bad=True)
    hall.run(0.4)
    hall.put(bad=False)
    hall.run(0.1)
    hall.mm_s = 0
    hall.run(0.4)
    hall.mm_s = 500
    hall.run(1)
    return bad.passed


def test_input_at_speed_is_what_proves_positions_by_time(monkeypatch):
    """The belt can catch a shifted gate: a register that trusts a belt which is not at its speed is convicted."""
    assert not bad_part_where_a_good_one_is_expected()
    monkeypatch.setattr(ShiftRegister, "_distrust", lambda self, why: None)
    assert bad_part_where_a_good_one_is_expected()

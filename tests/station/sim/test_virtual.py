"""The whole plant under virtual time, with a small honest station: nothing bad ever passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from station.core import plc_map
from station.core.plc_map import Word
from station.core.states import State
from station.sim.book import GateReason
from station.sim.virtual import PlantSettings, VirtualPlant

Start = Callable[..., Any]
MS = 1_000_000


def test_an_honest_station_passes_all_good_parts_and_no_bad_one(start_station: Start) -> None:
    station = start_station(parts=60, seed=5, bad_share=0.3)
    station.run_to_end()
    totals = station.plant.book.totals()
    assert totals.parts == 60
    assert totals.bad_total > 5
    assert totals.bad_passed == 0
    assert totals.good_rejected == 0


def test_the_book_catches_a_station_that_passes_everything(start_station: Start) -> None:
    """A judge that cannot say guilty would prove nothing."""
    station = start_station(judge=lambda part: Word.PASS, parts=40, seed=5, bad_share=0.3)
    station.run_to_end()
    totals = station.plant.book.totals()
    assert totals.bad_passed == totals.bad_total > 0


def test_the_belt_waits_for_continuous_execution(start_station: Start) -> None:
    station = start_station(parts=5)
    station.state = State.READY
    station.run(500)
    assert not station.plant.conveyor.started
    assert station.status[plc_map.COUNT] == 0
    station.state = State.CONTINUOUS_EXECUTION
    station.run(300)
    assert station.plant.conveyor.started
    assert station.edges


def test_the_belt_runs_on_when_the_station_stops_and_everything_is_rejected(start_station: Start) -> None:
    station = start_station(parts=20, bad_share=0.2)
    station.run(1000)
    station.state = State.INITIALIZED
    station.run_to_end()
    late = station.plant.book.fates[8:]
    assert late
    assert {fate.why for fate in late} == {GateReason.NOT_EXECUTING}


def test_a_silent_station_is_stale_after_the_limit(start_station: Start) -> None:
    station = start_station(parts=30)
    station.run(1500)
    station.silent = True
    silent_ns = station.now_ns
    station.run_to_end()
    for fate in station.plant.book.fates:
        if fate.gate_ns > silent_ns + 301 * MS:
            assert fate.why is GateReason.HEARTBEAT_STALE


def test_a_cut_cable_rejects_meanwhile_and_production_goes_on_after(start_station: Start) -> None:
    station = start_station(parts=80, seed=2, bad_share=0.25)
    station.run(2000)
    station.plant.cut(1.5)
    station.run_to_end()
    totals = station.plant.book.totals()
    assert totals.bad_passed == 0
    assert totals.good_rejected >= 8
    assert [fate.passed for fate in station.plant.book.fates[-10:]] == [
        not fate.truly_bad for fate in station.plant.book.fates[-10:]
    ]


def test_noise_lets_nothing_bad_pass(start_station: Start) -> None:
    station = start_station(parts=150, seed=3, bad_share=0.4)
    station.plant.noise(drop=0.01, flip=0.01, seconds=60)
    station.run_to_end()
    assert station.plant.wire.trouble.lost > 0
    assert station.plant.wire.trouble.flipped > 0
    assert station.plant.slave.damaged > 0
    assert station.plant.book.totals().bad_passed == 0


def test_the_book_survives_a_plc_restart_and_names_the_reasons(start_station: Start) -> None:
    station = start_station(parts=60, seed=2, bad_share=0.2)
    station.run(2000)
    before = list(station.plant.book.fates)
    boot = station.plant.plc.boot
    station.plant.restart_plc(0.8)
    answered = station.plant.slave.answered
    station.run(600)
    assert station.plant.slave.answered == answered
    station.silent = True  # this small station cannot number parts anew
    station.run_to_end()
    book = station.plant.book
    assert book.fates[: len(before)] == before
    assert [fate.index for fate in book.fates] == list(range(1, 61))
    reasons = Counter(fate.why for fate in book.fates[len(before) :])
    assert reasons[GateReason.PLC_DOWN] >= 6
    assert reasons[GateReason.NOT_COUNTED] >= 3
    assert reasons[GateReason.PASSED] == 0
    assert {fate.boot for fate in book.fates} == {boot, 0, station.plant.plc.boot}
    assert book.totals().bad_passed == 0


def test_the_same_seed_gives_the_same_book(start_station: Start) -> None:
    books = []
    for _ in range(2):
        station = start_station(parts=40, seed=9, bad_share=0.3)
        station.plant.noise(0.01, 0.01, 60)
        station.run_to_end()
        books.append(station.plant.book.pages())
    assert books[0] == books[1]


def test_a_long_step_does_the_same_as_many_short_ones(exchange: Callable[..., bytes]) -> None:
    results = []
    for step_ns in (MS // 4, 100 * MS):
        plant = VirtualPlant(PlantSettings(parts=5))
        request = exchange(plc_map.CONTROL_BASE, [plc_map.BYTE_ORDER, 1, State.CONTINUOUS_EXECUTION, 0, 0])
        plant.send(0, request)
        replies, edges = [], []
        for number in range(1, 1200 * MS // step_ns + 1):
            happened = plant.advance(number * step_ns)
            replies += happened.replies
            edges += happened.edges
        results.append((replies, edges, plant.book.pages()))
    assert results[0] == results[1]
    assert len(results[0][0]) == 5 + 2 * plc_map.STATUS_SIZE


def test_replies_come_at_the_pace_of_the_wire(exchange: Callable[..., bytes]) -> None:
    plant = VirtualPlant(PlantSettings(baud=19200, turnaround_ms=2))
    request = exchange(plc_map.CONTROL_BASE, [0] * 5)
    plant.send(0, request)
    replies = plant.advance(1000 * MS).replies
    byte_ns = 10 / 19200 * 1e9
    assert replies[0][0] == pytest.approx((len(request) + 1) * byte_ns + 2 * MS, abs=10)
    assert replies[-1][0] - replies[0][0] == pytest.approx((len(replies) - 1) * byte_ns, abs=10)


def test_next_ns_never_lies_in_the_past(exchange: Callable[..., bytes]) -> None:
    plant = VirtualPlant(PlantSettings(), start_ns=5000 * MS)
    now_ns = 5000 * MS
    plant.send(now_ns, exchange(plc_map.CONTROL_BASE, [0] * 5))
    for _ in range(300):
        plant.advance(now_ns)
        assert plant.next_ns() > now_ns
        now_ns = plant.next_ns()


def test_silent_plc_answers_nothing_and_its_gate_falls_shut(start_station: Start) -> None:
    station = start_station(parts=30, bad_share=0.2)
    station.run(1000)
    station.plant.silence_plc(1.0)
    before = station.plant.slave.answered
    station.run(900)
    assert station.plant.slave.answered == before
    station.run_to_end()
    reasons = Counter(fate.why for fate in station.plant.book.fates)
    assert reasons[GateReason.HEARTBEAT_STALE] > 3
    assert station.plant.book.fates[-1].why in {GateReason.PASSED, GateReason.REJECT_WORD}


def test_plc_whose_program_stands_answers_with_old_values_and_passes_nothing(start_station: Start) -> None:
    station = start_station(parts=40, bad_share=0.2)
    station.run(1000)
    station.plant.halt_program(1.0)
    station.run(100)
    before, answered = list(station.status), station.plant.slave.answered
    station.run(800)
    assert station.plant.slave.answered > answered
    assert station.status == before
    halted = [fate for fate in station.plant.book.fates if 1000 * MS <= fate.gate_ns < 2000 * MS]
    assert {fate.why for fate in halted} == {GateReason.PLC_DOWN}
    station.run_to_end()
    assert station.plant.book.totals().bad_passed == 0
    assert station.plant.book.fates[-1].why in {GateReason.PASSED, GateReason.REJECT_WORD}


def test_rejects_are_not_confirmed_while_the_sensor_behind_the_gate_is_blind(start_station: Start) -> None:
    station = start_station(parts=40, bad_share=1.0)
    station.run(1000)
    station.plant.plc.confirms = False
    station.run(50)
    seen = station.status[plc_map.CONFIRMED]
    assert seen > 0
    station.run(1000)
    assert station.status[plc_map.CONFIRMED] == seen
    station.plant.plc.confirms = True
    station.run(1000)
    assert station.status[plc_map.CONFIRMED] > seen


@pytest.mark.parametrize(("word", "why"), [(Word.PASS, GateReason.PASSED), (Word.REJECT, GateReason.REJECT_WORD)])
def test_plant_without_a_plc_has_an_encoder_and_a_gate_that_knows_no_parts(word: Word, why: GateReason) -> None:
    plant = VirtualPlant(PlantSettings(parts=3, tracks=False))
    plant.plc.write(plc_map.CONTROL_STATE, [State.CONTINUOUS_EXECUTION])
    for at_ms in range(0, 1000, 5):
        plant.plc.write(plc_map.CONTROL_GATE, [word])
        plant.advance(at_ms * MS)
    assert plc_map.join32(*plant.plc.read(plc_map.ENCODER, 2)) == 995 * 5
    assert [fate.why for fate in plant.book.fates] == [why] * 3

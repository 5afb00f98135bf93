"""Each limit of a recipe: when it is reached, by which parts, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import PartRecord
from station.core.plc_map import AIR_LOW, BIN_FULL
from station.core.recipe_line import Limit, SupervisionSpec
from station.line.link import PlcStatus
from station.line.supervision import Cause, Supervision

OFF = Limit(0, 1)
GOOD = (Verdict.PASS, Reason.CLEAN)
BAD = (Verdict.REJECT, Reason.FINDING)
OTHER = (Verdict.REJECT, Reason.LOGICAL)
NOT_FOUND = (Verdict.NOT_INSPECTED, Reason.NOT_REGISTERED)
LOST = (Verdict.NOT_INSPECTED, Reason.FRAME_LOST)
LATE = (Verdict.NOT_INSPECTED, Reason.LATE)
NOT_TAKEN = (Verdict.PASS, Reason.NOT_ACKNOWLEDGED)
IDLE = (Verdict.NOT_INSPECTED, Reason.NOT_PRODUCING)
POLL = PlcStatus(0, 0, 7, 0, 0, 0, 0, 0)


def spec(**limits: object) -> SupervisionSpec:
    """Only these limits."""
    return SupervisionSpec(**{**dict.fromkeys(SupervisionSpec().limits, OFF), **limits})


def record(part: int, verdict: Verdict, reason: Reason, acknowledged: bool = True) -> PartRecord:
    return PartRecord(f"7-{part}", part, 7, None, verdict, reason, acknowledged, 0.0, 1.0, Ledger(), 0.0)


def causes(watch: Supervision, *parts: tuple[Verdict, Reason]) -> list[Cause]:
    for number, part in enumerate(parts, start=1):
        watch.part(record(number, *part))
    return watch.take_causes()


@pytest.mark.parametrize(
    ("name", "quiet", "loud", "words"),
    [
        ("rejects", [BAD, BAD, GOOD, BAD, BAD], [BAD, LATE, OTHER, IDLE, BAD], "3 parts in a row were rejected"),
        (
            "wrong_parts",
            [OTHER, NOT_FOUND, BAD, OTHER],
            [OTHER, LATE, NOT_FOUND, OTHER],
            "Part does not match recipe: 3",
        ),
        ("no_image", [LOST, LOST, BAD, LOST], [LOST, LATE, LOST, LOST], "3 parts in a row gave no picture"),
        ("late", [LATE, LATE, GOOD, LATE], [LATE, NOT_TAKEN, LATE], "3 parts in a row got their verdict too late"),
    ],
)
def test_a_row_is_told_when_it_is_full_and_only_then(name, quiet, loud, words):
    watch = Supervision(spec(**{name: Limit(3, 3, "stop")}))
    assert causes(watch, *quiet) == []
    watch.restart()
    assert causes(watch, *loud[:-1]) == []
    (cause,) = causes(watch, loud[-1])
    assert cause.text.startswith(words)
    assert (cause.reaction, cause.input) == ("stop", 0)
    assert causes(watch, *loud[:-1]) == []  # counted anew


def test_a_share_counts_among_the_newest_parts():
    watch = Supervision(spec(rejects=Limit(3, 5, "error")))
    assert causes(watch, BAD, BAD, GOOD, GOOD, GOOD, BAD, GOOD, BAD) == []
    (cause,) = causes(watch, BAD)
    assert (cause.text, cause.reaction) == ("3 of the last 5 parts were rejected", "error")


def test_mismatches_are_counted_among_parts():
    watch = Supervision(spec(mismatches=Limit(2, 4, "error")))
    watch.mismatch()
    assert causes(watch, *[GOOD] * 4) == []
    watch.mismatch()
    assert causes(watch, GOOD) == []
    watch.mismatch()
    assert [cause.text for cause in watch.take_causes()] == [
        "PLC and camera counted differently at 2 of the last 4 parts"
    ]


def test_frames_that_nobody_counted_are_no_parts():
    watch = Supervision(spec(rejects=Limit(1, 1)))
    watch.part(record(0, *BAD))
    assert watch.take_causes() == []


def test_a_limit_of_no_parts_is_none():
    assert causes(Supervision(spec()), *[BAD] * 40, *[OTHER] * 40, *[LOST] * 40, *[LATE] * 40) == []


def test_inputs_are_told_when_they_come_and_after_a_restart():
    watch = Supervision(SupervisionSpec(bin_full="stop", air_low="note"))
    for inputs in (BIN_FULL, BIN_FULL | AIR_LOW, AIR_LOW, 8):
        watch.polled(replace(POLL, inputs=inputs))
    watch.polled(replace(POLL, inputs=BIN_FULL))
    watch.restart()
    watch.polled(replace(POLL, inputs=BIN_FULL))
    told = [(cause.input, cause.reaction) for cause in watch.take_causes()]
    assert told == [(BIN_FULL, "stop"), (AIR_LOW, "note"), (BIN_FULL, "stop"), (BIN_FULL, "stop")]


class Gate:
    """Parts one after the other; three parts later each is at the gate, and behind it the sensor sees rejected ones."""

    def __init__(self, watch: Supervision, behind: int = 3, confirmed: int = 1) -> None:
        self.watch, self.behind, self.confirmed = watch, behind, confirmed
        self.count = 0
        self.sees = True
        self.at: dict[int, bool] = {}
        self.poll()

    def poll(self) -> None:
        self.watch.polled(replace(POLL, count=self.count, confirmed=self.confirmed))

    def part(self, verdict: Verdict, reason: Reason, acknowledged: bool = True) -> list[Cause]:
        self.count += 1
        self.at[self.count] = verdict.rejects
        if self.sees and self.at.pop(self.count - self.behind, False):
            self.confirmed += 1
        self.poll()
        self.watch.part(record(self.count, verdict, reason, acknowledged))
        return self.watch.take_causes()


def confirming(**changes: int) -> Supervision:
    return Supervision(spec(unconfirmed=Limit(3, 10, "stop")))


def test_confirmed_rejects_are_no_trouble():
    gate = Gate(confirming())
    assert [gate.part(*(BAD if n % 3 else GOOD)) for n in range(200)] == [[]] * 200


def test_rejects_that_are_not_seen_behind_the_gate_are_told_after_so_many_counts():
    gate = Gate(confirming())
    for n in range(30):
        assert gate.part(*(BAD if n % 3 == 0 else GOOD)) == []
    gate.sees = False
    told = [gate.part(*(BAD if n % 3 == 0 else GOOD)) for n in range(40)]
    (first, *_) = [n for n, found in enumerate(told) if found]
    assert told[first][0].text == "3 of the last 10 rejected parts were not seen behind the gate"
    assert 16 <= first <= 16 + 9


def test_a_belt_that_stands_still_makes_no_reject_late():
    gate = Gate(confirming())
    for _ in range(3):
        gate.part(*BAD)
    for _ in range(1000):
        gate.poll()
    assert gate.watch.take_causes() == []


def test_a_line_without_that_sensor_is_not_accused():
    gate = Gate(confirming(), confirmed=0)
    gate.sees = False
    assert [gate.part(*BAD) for _ in range(100)] == [[]] * 100


def test_a_reject_seen_before_its_record_is_closed_is_confirmed():
    gate = Gate(confirming())
    for _ in range(50):
        gate.count += 1
        gate.confirmed += 1
        gate.poll()
        gate.watch.part(record(gate.count, *BAD))
    gate.count += 16
    gate.poll()
    assert gate.watch.take_causes() == []


def test_a_count_that_falls_costs_no_time_and_accuses_nobody():
    gate = Gate(confirming(), confirmed=1000)
    gate.confirmed = 3
    gate.poll()
    assert gate.watch.take_causes() == []


def test_old_parts_are_forgotten_at_a_restart():
    gate = Gate(confirming())
    gate.sees = False
    for _ in range(12):
        gate.part(*BAD)
    gate.watch.restart()
    gate.count += 100
    gate.poll()
    assert gate.watch.take_causes() == []


PARTS = st.tuples(st.sampled_from(Verdict), st.sampled_from(Reason), st.booleans())


@given(st.lists(st.one_of(PARTS, st.integers(0, 15)), max_size=200))
def test_whatever_comes_each_cause_asks_for_less_production_and_never_for_more(events):
    watch = Supervision(SupervisionSpec(rejects=Limit(2, 3, "note"), late=Limit(1, 1, "error")))
    for number, event in enumerate(events, start=1):
        if isinstance(event, int):
            watch.polled(replace(POLL, inputs=event, count=number, confirmed=event))
        else:
            watch.part(record(number, *event))
    assert all(
        cause.reaction in {"note", "stop", "error"} and cause.text and cause.advice for cause in watch.take_causes()
    )

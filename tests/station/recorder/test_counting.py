"""How production went, against counting by hand."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.counting import AskStatistics, Period, Statistics
from station.core.domain import Ledger, Reason, Verdict
from station.core.message import Command
from station.core.messages import InspectionRecord, PartRecord
from station.recorder.counting import answer_statistics
from station.recorder.journal import JournalWriter
from station.recorder.labelling import label
from station.recorder.reading import JournalReader
from station.recorder.room import Room

NOW = 1_700_100_000.0
HOUR = 3_600.0


@pytest.fixture
def room(
    *,
    writer: JournalWriter,
    reader: JournalReader,
    config: StationConfig,
    part: Callable[..., PartRecord],
    inspection: Callable[..., InspectionRecord],
) -> Room:
    """48 hours, 10 parts an hour: each fifth NG, each tenth not inspected; lots A and B in turn; a test beside them."""
    records: list[PartRecord | InspectionRecord] = []
    for number in range(1, 481):
        kind = (Verdict.REJECT, Reason.FINDING) if number % 5 == 0 else (Verdict.PASS, Reason.CLEAN)
        if number % 10 == 0:
            kind = Verdict.NOT_INSPECTED, Reason.LATE
        ledger = Ledger(exposed_ns=10**9, acknowledged_ns=10**9 + (40 + number % 10) * 10**6)
        fields = {"verdict": kind[0], "reason": kind[1], "lot": "AB"[number % 2], "ledger": ledger}
        time = NOW - 48 * HOUR + (number - 0.5) * HOUR / 10
        records.append(part(number, time=time, score=number % 7 / 10, **fields))
        records.append(inspection(number, time=time, cleared=2))
    records.append(part(9999, time=NOW - 60, mode="challenge", verdict=Verdict.REJECT))
    writer.commit(records)
    return Room(config, reader, writer, Path(), b"", wall=lambda: NOW)


def ask(room: Room, period: Period = "day", lot: str = "") -> Statistics:
    reply, descriptor = answer_statistics(room, AskStatistics(3, period, lot))
    assert isinstance(reply, Statistics)
    assert (reply.number, descriptor) == (3, None)
    return reply


def test_a_day_in_hours(room: Room) -> None:
    reply = ask(room)
    assert (reply.parts, reply.passed, reply.rejected, reply.cleared) == (240, 192, 24, 480)
    assert [one.parts for one in reply.buckets] == [10] * 24
    assert [one.time for one in reply.buckets] == [NOW - (24 - n) * HOUR for n in range(24)]
    first = range(241, 251)
    assert reply.buckets[0].score == pytest.approx(statistics.mean(n % 7 / 10 for n in first if n % 5))
    assert (reply.buckets[0].p50_ms, reply.buckets[0].p99_ms) == (44.0, 49.0)


def test_one_lot(room: Room) -> None:
    reply = ask(room, lot="B")
    assert (reply.parts, reply.passed) == (120, 96)


def test_a_week_and_a_shift(room: Room) -> None:
    assert ask(room, "week").parts == 480
    shift = ask(room, "shift")
    assert shift.until - shift.since <= 8 * HOUR
    assert 0 < shift.parts <= 81


def test_defects_by_the_names_that_people_gave(room: Room) -> None:
    for number, value in ((265, "true_reject:dent"), (275, "true_reject:dent"), (285, "false_reject")):
        assert label(room, Command("label", "ann", "operator", f"0001-{number}", value)).done
    assert label(room, Command("label", "ann", "operator", "0001-301", "missed:scratch")).done
    assert ask(room).pareto == (("reason:finding", 21), ("dent", 2), ("scratch", 1))


def test_nothing_is_nothing(writer: JournalWriter, reader: JournalReader, config: StationConfig) -> None:
    reply = ask(Room(config, reader, writer, Path(), b"", wall=lambda: NOW))
    assert (reply.parts, reply.buckets, reply.pareto, reply.cleared) == (0, (), (), 0)


def test_the_time_index_is_used(room: Room) -> None:
    plan = room.reader.select(
        "EXPLAIN QUERY PLAN SELECT count(*) FROM part WHERE mode = 'production' AND time >= 5 AND time < 9"
    )
    assert "ix_part_time" in plan[0]["detail"]

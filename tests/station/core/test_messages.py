"""Every message survives the wire, and the largest ones fit a datagram."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import msgspec
import pytest

from station.core.alarms import Alarm, Alarms, AlarmState
from station.core.asking import AskEvents, Events
from station.core.channel import MAX_MESSAGE
from station.core.counting import AskStatistics, Bucket, Statistics
from station.core.domain import DriftState, Finding, Health, Ledger, Reason, Verdict
from station.core.message import Command, CommandResult, Event, Message, Question, Refusal, Reply
from station.core.messages import (
    AnyMessage,
    CameraReady,
    Counters,
    Delivery,
    EngineStatus,
    Exposed,
    FrameKey,
    InspectionRecord,
    LineStatus,
    Numbering,
    PartRecord,
    PartVerdict,
    Patch,
    RecorderStatus,
    Rehearse,
    Ring,
    Showing,
    Signals,
    Stored,
    Why,
)
from station.core.people import AskPeople, People, Person
from station.core.reviewing import AskDefectModes, AskPart, AskParts, DefectModes, PartLine, Parts, StoredPart

FRAME = FrameKey(7, 3)
LEDGER = Ledger(*range(1, 11))
FINDING = Finding((1, 2, 32, 32), ((0.5, 1.5), (2.5, 3.5)), z=4.0, distance=0.5, score=3.0, confirmed=True, golden=2)
EVENT = Event("line", "state", "検査中", 1.5, "ann")
GOOD = Health.GOOD
LINE = PartLine(5, "00a7-3", 3, 1.5, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, "ring 1", "A 1", "missed", "scratch")

MESSAGES: list[Message] = [
    EngineStatus(
        True, "warm", GOOD, 7, 12, "onnxruntime", "ring", 0xFFFFFFFF, "ab" * 32, "", DriftState.DRIFTED, "since part 7"
    ),
    PartVerdict(FRAME, Verdict.PASS, Reason.CLEAN, 0.5, 1.0, LEDGER),
    Numbering(7, -3),
    Delivery(5, EVENT),
    Stored(5),
    LineStatus(8, "", "", GOOD, "", GOOD, "", GOOD, "onnxruntime", "ring", Counters(parts=3), 0, "SCHED_FIFO 50"),
    Signals(3.5, 7, 41, 9000, 12, 41, 0b11, 5, 0, 0, 88, 8, 4711, 0, 0, ((41, 0x3CA5), *[(0, 0)] * 15), ("gate",)),
    Command("start", "ann", "operator"),
    CommandResult("start", False, "not ready"),
    Refusal(4, "no such part"),
    AskEvents(5, "fault", audit=True),
    Events(5, (EVENT,), "altered"),
    Alarms((Alarm("plc", 1, AlarmState.SHELVED, True, 5.0, "no answer", "", 9.0),), 3),
    RecorderStatus(GOOD, "900 MiB free"),
    AskPeople(6),
    AskParts(7, "all", False, 3, "A 1", 5.0, 9, 2),
    Parts(7, (LINE,), 3),
    AskPart(8, "00a7-3"),
    StoredPart(8, LINE, LEDGER, (FINDING,), 2, True),
    AskDefectModes(9),
    AskStatistics(10, "week", "A 1"),
    Statistics(10, 1.0, 2.0, 900.0, (Bucket(1.0, 3, 2, 1, 0.5, 43.0, 52.0),), (("dent", 1),), 7),
    DefectModes(9, ("scratch",)),
    People(6, (Person("ann", "operator", True, 30.0),)),
    Showing(FRAME, 3, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, (FINDING,), 4, (), LEDGER, 9),
    CameraReady(480, 640),
    Exposed(1, 1, 123),
    Ring(480, 640),
    Rehearse("nan", 1.5),
    EVENT,
]


def on_the_wire(message: Message) -> bytes:
    return msgspec.msgpack.encode(message)


def off_the_wire(data: bytes) -> object:
    return msgspec.msgpack.decode(data, type=AnyMessage)


@pytest.fixture
def all_messages(part: Callable[[int], PartRecord], inspection: Callable[..., InspectionRecord]) -> list[Message]:
    return [*MESSAGES, part(1), inspection(1), Delivery(1, part(1)), Delivery(2, inspection(1))]


def test_every_message_survives_the_wire(all_messages: list[Message]) -> None:
    assert [off_the_wire(on_the_wire(message)) for message in all_messages] == all_messages


def test_every_message_is_tried_here(all_messages: list[Message]) -> None:
    assert {type(message) for message in all_messages} == set(get_args(AnyMessage))


def test_every_message_is_in_the_union() -> None:
    assert leaves(Message) == set(get_args(AnyMessage))


def leaves(message: type[Message]) -> set[type[Message]]:
    """All messages below this one that are no mere base."""
    below = message.__subclasses__()
    return {leaf for one in below for leaf in leaves(one) or {one}} - {Question, Reply}


def test_scores_that_are_no_numbers_survive(part: Callable[[int], PartRecord]) -> None:
    read = off_the_wire(on_the_wire(msgspec.structs.replace(part(1), score=math.nan, limit=math.inf)))
    assert isinstance(read, PartRecord)
    assert (math.isnan(read.score), read.limit) == (True, math.inf)


@pytest.mark.parametrize("data", [b"", b"\x90", on_the_wire(EVENT)[:-1], on_the_wire(EVENT) + b"\x00"])
def test_damaged_message_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        off_the_wire(data)


def test_inspection_with_very_many_findings_fits_a_datagram(inspection: Callable[..., InspectionRecord]) -> None:
    outlined = msgspec.structs.replace(FINDING, outline=((1.0, 2.0),) * 16)
    record = msgspec.structs.replace(inspection(1), findings=(outlined,) * 256)
    assert len(on_the_wire(Delivery(1, record))) < MAX_MESSAGE


def test_showing_with_three_patches_fits_a_datagram() -> None:
    patch = Patch(128, 128, bytes(128 * 128))
    why = Why(FINDING, flagged=patch, golden=patch, reconstruction=patch)
    showing = Showing(FRAME, 3, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, (FINDING,) * 64, 0, (why,) * 3, LEDGER, 9)
    assert len(on_the_wire(showing)) < MAX_MESSAGE


def test_frame_keys_are_ordered_by_session_then_trigger() -> None:
    assert sorted([FrameKey(2, 1), FrameKey(1, 2), FrameKey(1, 1)]) == [FrameKey(1, 1), FrameKey(1, 2), FrameKey(2, 1)]

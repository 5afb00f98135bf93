"""The life of a verdict between engine and PLC; a PASS must be earned."""

from __future__ import annotations

import pytest

from station.core.config import LineSection
from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, PartVerdict
from station.core.plc_map import Word
from station.line.link import PlcStatus, Written
from station.line.parts import MAX_IN_FLIGHT, PartsInFlight

MS = 1_000_000
LINE = LineSection(deadline_ms=250, quiet_ms=30, heartbeat_limit_ms=300)


@pytest.fixture
def parts():
    """Producing; parts 1 and 2 were counted at 0 ms."""
    parts = PartsInFlight(LINE, wall=lambda: 1234.5)
    parts.executing = True
    for number in (1, 2):
        parts.count(7, number, 0, 5 * MS)
    return parts


def answer(verdict=Verdict.PASS, reason=Reason.CLEAN, score=0.1):
    return PartVerdict(FrameKey(9, 1), verdict, reason, score, 1.0, Ledger(exposed_ns=2 * MS))


def status(at_ms, newest, mask=1):
    return PlcStatus(at_ms * MS, (at_ms + 3) * MS, 7, 2, 0, newest, mask, 0)


def write(parts, at_ms):
    slots = tuple(parts.due(at_ms * MS))
    parts.sent(slots)
    parts.written(Written(slots, at_ms * MS))
    return slots


def test_pass_is_written_acknowledged_and_recorded(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    assert write(parts, 52) == ((1, Word.PASS),)
    parts.acknowledge(status(60, 1))
    (record,) = parts.take_records()
    assert (record.key, record.verdict, record.reason) == ("0007-1", Verdict.PASS, Reason.CLEAN)
    assert record.acknowledged
    assert record.time == 1234.5
    ledger = record.ledger
    assert (ledger.trigger_ns, ledger.exposed_ns, ledger.received_ns) == (5 * MS, 2 * MS, 50 * MS)
    assert (ledger.written_ns, ledger.acknowledged_ns, ledger.deadline_ns) == (52 * MS, 63 * MS, 250 * MS)
    assert parts.counters.passed == 1
    assert len(parts) == 1


def test_a_pass_in_the_grey_band_has_its_own_word_and_is_recorded_as_a_pass(parts):
    parts.decide(1, answer(reason=Reason.BORDER), 50 * MS, 51 * MS)
    assert write(parts, 52) == ((1, Word.BORDER),)
    parts.acknowledge(status(60, 1))
    (record,) = parts.take_records()
    assert (record.verdict, record.reason, record.acknowledged) == (Verdict.PASS, Reason.BORDER, True)
    assert parts.counters.passed == 1


def test_a_border_case_must_be_earned_like_a_pass(parts):
    parts.executing = False
    parts.decide(1, answer(reason=Reason.BORDER), 50 * MS, 51 * MS)
    assert write(parts, 52) == ((1, Word.NOT_INSPECTED),)


def test_poll_sent_before_the_write_does_not_acknowledge_it(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    write(parts, 52)
    parts.acknowledge(status(51, 1))
    assert parts.take_records() == []


def test_unacknowledged_verdict_is_repeated_after_the_quiet_gap(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    write(parts, 52)
    assert parts.due(81 * MS) == []
    assert parts.due(82 * MS) == [(1, Word.PASS)]


def test_unanswered_write_is_due_again_at_once(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    parts.sent(((1, Word.PASS),))
    assert parts.due(52 * MS) == [(1, Word.PASS)]


@pytest.mark.parametrize(
    ("given", "now_ms", "executing", "result"),
    [
        (answer(), 51, True, (Verdict.PASS, Reason.CLEAN)),
        (answer(), 250, True, (Verdict.NOT_INSPECTED, Reason.LATE)),
        (answer(), 51, False, (Verdict.NOT_INSPECTED, Reason.NOT_PRODUCING)),
        (answer(score=float("nan")), 51, True, (Verdict.NOT_INSPECTED, Reason.NOT_FINITE)),
        (answer(score=1.01), 51, True, (Verdict.NOT_INSPECTED, Reason.NOT_FINITE)),
        (answer(Verdict.REJECT, Reason.FINDING), 51, False, (Verdict.REJECT, Reason.FINDING)),
        (answer(Verdict.NOT_INSPECTED, Reason.FAULT), 51, True, (Verdict.NOT_INSPECTED, Reason.FAULT)),
    ],
)
def test_a_pass_must_be_earned(parts, given, now_ms, executing, result):
    parts.executing = executing
    parts.decide(1, given, now_ms * MS, now_ms * MS)
    write(parts, now_ms)
    parts.acknowledge(status(now_ms + 1, 1))
    (record,) = parts.take_records()
    assert (record.verdict, record.reason) == result


def test_first_decision_stays(parts):
    parts.reject(1, Reason.NO_IMAGE)
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    assert parts.due(52 * MS) == [(1, Word.NOT_INSPECTED)]
    parts.decide(77, answer(), 50 * MS, 51 * MS)
    parts.reject(77, Reason.NO_IMAGE)
    assert len(parts) == 2


def test_silent_engine_makes_not_inspected_at_the_deadline(parts):
    parts.expire(249 * MS, Reason.LATE)
    assert parts.due(249 * MS) == []
    parts.expire(250 * MS, Reason.LATE)
    assert parts.due(250 * MS) == [(1, Word.NOT_INSPECTED), (2, Word.NOT_INSPECTED)]


def test_verdict_that_is_not_with_the_plc_at_the_deadline_is_late(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    parts.sent(((1, Word.PASS),))
    parts.expire(250 * MS, Reason.LATE)
    assert parts.due(250 * MS)[0] == (1, Word.NOT_INSPECTED)
    write(parts, 251)
    parts.acknowledge(status(260, 1))
    assert parts.take_records()[0].reason is Reason.LATE


def test_never_acknowledged_part_is_closed_after_the_grace(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    write(parts, 52)
    assert parts.next_ns() == 250 * MS
    parts.expire(551 * MS, Reason.LATE)
    first, second = parts.take_records()
    assert (first.verdict, first.reason, first.acknowledged) == (Verdict.PASS, Reason.NOT_ACKNOWLEDGED, False)
    assert (second.verdict, second.reason) == (Verdict.NOT_INSPECTED, Reason.LATE)
    assert parts.next_ns() > 10**15


def test_mismatch_takes_back_what_is_in_flight(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    write(parts, 52)
    parts.reject_all(Reason.COUNT_MISMATCH)
    assert parts.due(53 * MS) == [(1, Word.NOT_INSPECTED), (2, Word.NOT_INSPECTED)]
    parts.acknowledge(status(53, 1))
    assert parts.take_records() == []
    write(parts, 54)
    parts.acknowledge(status(55, 2, mask=3))
    assert {record.reason for record in parts.take_records()} == {Reason.COUNT_MISMATCH}


def test_at_most_eight_are_unacknowledged(parts):
    for number in range(3, 15):
        parts.count(7, number, 0, 5 * MS)
    for number in range(2, 15):
        parts.decide(number, answer(), 50 * MS, 51 * MS)
    assert [part for part, _ in write(parts, 52)] == list(range(2, 2 + MAX_IN_FLIGHT))
    parts.decide(1, answer(), 50 * MS, 53 * MS)
    assert parts.due(54 * MS) == []
    parts.acknowledge(status(55, 2))
    assert [part for part, _ in write(parts, 56)] == [1]


def test_part_whose_slot_belongs_to_a_newer_one_is_closed(parts):
    parts.count(7, 17, 0, 5 * MS)
    parts.expire(10 * MS, Reason.LATE)
    assert [record.part for record in parts.take_records()] == [1]


def test_lost_link_closes_everything(parts):
    parts.decide(1, answer(), 50 * MS, 51 * MS)
    write(parts, 52)
    parts.reject(2, Reason.NO_IMAGE)
    parts.close_all(Reason.LINK_LOST, 100 * MS)
    told = [(record.verdict, record.reason, record.acknowledged) for record in parts.take_records()]
    assert told == [(Verdict.PASS, Reason.LINK_LOST, False), (Verdict.NOT_INSPECTED, Reason.NO_IMAGE, False)]


def test_long_row_of_missed_parts_comes_in_portions(parts):
    parts.miss(7, 101, 700, Reason.LINK_LOST)
    parts.miss(7, 701, 700, Reason.LINK_LOST)
    portions = [parts.take_records() for _ in range(4)]
    assert [len(portion) for portion in portions] == [256, 256, 88, 0]
    assert [record.part for portion in portions for record in portion] == list(range(101, 701))
    assert portions[0][0].reason is Reason.LINK_LOST


def test_stray_frame_has_a_key_of_its_own(parts):
    parts.stray(answer(), 60 * MS)
    (record,) = parts.take_records()
    assert (record.key, record.part, record.boot) == ("cam-00000009-1", 0, 0)
    assert (record.verdict, record.reason) == (Verdict.NOT_INSPECTED, Reason.NO_COUNT)
    assert record.ledger.received_ns == 60 * MS

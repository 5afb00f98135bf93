"""What the window keeps of the parts."""

from __future__ import annotations

import msgspec

from station.core.domain import Reason, Verdict
from station.core.messages import FrameKey
from station.gui import made_up
from station.gui.made_up import record
from station.gui.news import EVIDENCE, RECENT, StationNews


def reject(part: int):
    return record(part, Verdict.REJECT, Reason.FINDING)


def showing(trigger: int, cleared: int = 0):
    return msgspec.structs.replace(made_up.good().live.showing, frame=FrameKey(7, trigger), cleared=cleared)


def test_nothing_at_first():
    assert StationNews().newest is None


def test_a_part_keeps_its_place_until_it_is_overwritten():
    news = StationNews()
    for part in range(1, RECENT + 3):
        news.take_record(record(part))
    assert news.slots[0] == record(RECENT + 1)
    assert news.slots[1] == record(RECENT + 2)
    assert news.slots[2] == record(3)
    assert news.newest == record(RECENT + 2)


def test_a_repeated_record_takes_no_second_place():
    news = StationNews()
    news.take_record(record(1))
    news.take_record(record(2))
    news.take_record(msgspec.structs.replace(record(1), acknowledged=False))
    assert news.newest == record(2)
    assert not news.slots[0].acknowledged
    assert news.slots[2] is None


def test_record_and_showing_meet_whichever_comes_first():
    news = StationNews()
    news.take_showing(showing(1), None)
    news.take_record(record(1))
    news.take_record(record(2))
    news.take_showing(showing(2), None)
    assert news.part(record(1)).showing.frame == FrameKey(7, 1)
    assert news.part(record(2)).showing.frame == FrameKey(7, 2)


def test_a_part_without_frame_has_no_evidence():
    lost = msgspec.structs.replace(record(3), frame=None)
    assert StationNews().part(lost).showing is None


def test_evidence_is_bounded_but_the_last_reject_keeps_its_own():
    news = StationNews()
    news.take_showing(showing(1), None)
    news.take_record(reject(1))
    for part in range(2, 3 * EVIDENCE):
        news.take_showing(showing(part), None)
        news.take_record(record(part))
    assert news.part(reject(1)).showing is not None
    assert news.part(record(2)).showing is None
    kept = [part for part in range(1, 3 * EVIDENCE) if news.part(record(part)).showing]
    assert len(kept) == EVIDENCE


def test_cleared_candidates_add_up():
    news = StationNews()
    news.take_showing(showing(1, cleared=2), None)
    news.take_showing(showing(2, cleared=3), None)
    assert news.cleared == 5

"""Words of the camera protocol: sessions and counters. What every back end promises is in test_contract.py."""

from __future__ import annotations

from station.core.domain import Reason
from station.engine.camera import protocol
from station.engine.camera.protocol import CameraStats, Frame, LostFrame, new_session


def test_items_are_counted_by_kind_and_handed_on(picture):
    stats = CameraStats()
    items = [Frame(picture(), 1, 2, 3), LostFrame(2, 4, "torn"), Frame(picture(), 3, 5, 6)]
    assert [stats.count(item) for item in items] == items
    assert (stats.armed, stats.frames, stats.lost) == (0, 2, 1)


def test_a_lost_frame_is_lost_unless_told_otherwise():
    assert LostFrame(1, 2, "x").reason is Reason.FRAME_LOST


def test_a_session_is_never_zero_and_fits_31_bits(monkeypatch):
    for drawn, session in ((0, 1), (2**31 - 2, 2**31 - 1)):
        monkeypatch.setattr(protocol.secrets, "randbelow", lambda below, drawn=drawn: min(drawn, below - 1))
        assert new_session() == session


def test_sessions_differ():
    assert len({new_session() for _ in range(50)}) == 50

"""The pictures of the Alarms screen."""

from __future__ import annotations

from station.gui.alarms.scenes import scenes


def test_quiet_busy_flooded_and_past(qapp):
    names = [scene.name for scene in scenes()]
    assert names == ["alarms-none", "alarms-active", "alarms-flood", "alarms-shelved", "alarms-history"]

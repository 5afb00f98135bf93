"""All pictures: every screen is among them, no name twice."""

from __future__ import annotations

from station.gui.scenes import all_scenes
from station.gui.screens import SCREENS


def test_every_screen_is_pictured_and_no_name_stands_twice(qapp):
    scenes = all_scenes()
    assert {scene.screen for scene in scenes} == {entry.key for entry in SCREENS}
    assert len({scene.name for scene in scenes}) == len(scenes)

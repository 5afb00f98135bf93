"""The pictures of the Set-up screen."""

from __future__ import annotations

from station.gui.setup.scenes import scenes


def test_every_page_is_pictured_with_and_without_news(qapp):
    names = {scene.name for scene in scenes()}
    assert len(names) == len(scenes())
    for page in ("camera", "plc", "timing"):
        assert {f"setup-{page}", f"setup-{page}-none"} <= names

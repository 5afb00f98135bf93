"""The pictures of the Review screen."""

from __future__ import annotations

from station.gui.review.scenes import scenes


def test_every_state_is_pictured(qapp):
    names = [scene.name.removeprefix("review-") for scene in scenes()]
    assert names == ["ng", "border-labelled", "picture-gone", "empty", "no-recorder"]

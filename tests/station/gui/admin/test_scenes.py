"""The pictures of the Admin screen."""

from __future__ import annotations

from station.gui.admin.scenes import scenes


def test_every_page_is_pictured(qapp):
    names = [scene.name for scene in scenes()]
    assert len(set(names)) == len(names)
    pages = ("people", "people-nobody", "audit", "audit-altered", "diagnosis", "diagnosis-faults", "about")
    assert {*(f"admin-{page}" for page in pages), "log-in", "keypad-digits", "keypad-text"} <= set(names)

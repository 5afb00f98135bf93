"""The pictures of the Admin screen."""

from __future__ import annotations

from station.gui.admin.scenes import scenes


def test_every_page_is_pictured(qapp):
    assert [scene.name for scene in scenes()] == ["admin-people", "admin-audit", "admin-audit-altered", "admin-about"]

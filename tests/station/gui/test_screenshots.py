"""Every scene in both languages and sizes: nothing is clipped, and the files are written."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QFont, QFontDatabase, QImage, QRawFont
from PyQt6.QtWidgets import QLabel, QPushButton

from station.gui import screenshots
from station.gui.health_bar import HealthChip
from station.gui.made_up import Scene, good
from station.gui.scenes import all_scenes
from station.gui.screenshots import SIZES, save_screenshots, show_scene
from station.gui.window import StationWindow


def clipped(window: StationWindow) -> list[str]:
    """Words that have less room than they ask for."""
    found = []
    for widget in window.findChildren((QLabel, QPushButton, HealthChip)):
        if not widget.isVisible():
            continue
        needed = widget.sizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            fits = widget.heightForWidth(widget.width()) <= widget.height()
        else:
            fits = needed.width() <= widget.width() and needed.height() <= widget.height()
        inside = widget.parentWidget() is None or widget.parentWidget().rect().contains(widget.geometry())
        if not fits or not inside:
            name = widget.text() if isinstance(widget, QLabel | QPushButton) else widget.name
            found.append(f"{name!r}: has {widget.size()}, needs {needed}")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", ["en", "ja"])
def test_no_text_is_clipped_in_any_scene(qtbot, english, code, size):
    english.switch(code)
    for scene in all_scenes():
        window = show_scene(scene, english, size)
        qtbot.addWidget(window)
        assert (window.width(), window.height()) == size, f"{scene.name} asks for more room"
        assert clipped(window) == [], scene.name
        window.close()


def test_the_clipping_test_notices_clipping(qtbot, english):
    window = show_scene(Scene("ok", good()), english, (1280, 800))
    qtbot.addWidget(window)
    window.header.brand.setFixedWidth(20)
    assert clipped(window)


def test_pictures_are_written_for_each_language_and_size(tmp_path, english, monkeypatch):
    monkeypatch.setattr(screenshots, "all_scenes", lambda: (Scene("run-ok", good()),))
    written = list(save_screenshots(tmp_path / "shots", english))
    assert [path.name for path in written] == [
        f"run-ok-{code}-{width}x{height}.png" for code in ("en", "ja") for width, height in SIZES
    ]
    assert QImage(str(written[-1])).width() == 1920


def test_an_unwritable_folder_is_said(tmp_path, english):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        next(save_screenshots(tmp_path / "file" / "shots", english))


def test_japanese_has_glyphs(qapp):
    if "Noto Sans CJK JP" not in QFontDatabase.families():
        pytest.skip("fonts-noto-cjk is not installed")
    font = QRawFont.fromFont(QFont("Noto Sans CJK JP"))
    assert all(font.supportsCharacter(character) for character in "再検過検出解除")

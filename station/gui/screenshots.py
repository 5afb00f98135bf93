# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of every screen and state, in both languages and both sizes, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.gui.language import LANGUAGES, Language
from station.gui.made_up import Scene, StillLink
from station.gui.scenes import all_scenes
from station.gui.window import StationWindow

SIZES = ((1280, 800), (1920, 1080))


def save_screenshots(folder: Path, language: Language) -> Iterator[Path]:
    """Write `SCENE-LANGUAGE-WIDTHxHEIGHT.png` files and yield the path of each.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = language.code
    scenes = all_scenes()
    for code in LANGUAGES:
        language.switch(code)
        for width, height in SIZES:
            for scene in scenes:
                path = folder / f"{scene.name}-{code}-{width}x{height}.png"
                _save(scene, language, (width, height), path)
                yield path
    language.switch(before)


def show_scene(scene: Scene, language: Language, size: tuple[int, int]) -> StationWindow:
    """A window that shows this scene and stands still."""
    link = StillLink(scene.news)
    link.replies = scene.replies
    window = StationWindow(link, language, "station-1")
    window.resize(*size)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # grabbed only
    window.show()
    window.pull()
    window.show_screen(scene.screen)
    scene.prepare(window.screens[scene.screen])
    QApplication.processEvents()
    return window


def _save(scene: Scene, language: Language, size: tuple[int, int], path: Path) -> None:
    window = show_scene(scene, language, size)
    saved = window.grab().save(str(path))
    window.close()
    window.deleteLater()
    if not saved:
        raise OSError(f"{path}: the picture cannot be written; check that the folder is writable and not full")

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera's live picture, and what it says about light and lens: for focus, aperture and lamp."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.domain import Health
from station.core.messages import LineStatus
from station.core.ring import RingFrame
from station.gui.language import translate
from station.gui.link import Link
from station.gui.pane import Pane, label
from station.gui.run.live_picture import LivePicture
from station.gui.setup.histogram import Histogram
from station.gui.setup.picture_quality import PictureQuality, focus_box, measure
from station.gui.setup.signal_list import SignalList
from station.gui.wording import health_word

_ROWS = 8


class CameraPage(Pane):
    """The picture left; histogram and figures right."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._frame: RingFrame | None = None
        self._status: LineStatus | None = None
        self._best = 0.0
        self.quality: PictureQuality | None = None
        self.picture, self.histogram, self.figures = LivePicture(legend=False), Histogram(), SignalList(_ROWS)
        self.hint = label("muted")
        self.hint.setWordWrap(True)
        side = QVBoxLayout()
        side.addWidget(self.histogram, 2)
        side.addWidget(self.figures, 3)
        side.addWidget(self.hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.picture, 3)
        row.addLayout(side, 2)
        self.write_words()

    def entered(self) -> None:
        """Whoever comes here begins to focus anew: the best value so far is forgotten."""
        self._best = self.quality.focus if self.quality else 0.0
        self._fill()

    def show_news(self) -> None:
        """Measured once for each new picture."""
        news = self._link.news
        self.picture.show_evidence(news.live, news.engine_here)
        frame = news.live.frame if news.live else None
        if frame is not None and frame is not self._frame:
            self._frame = frame
            self.quality = measure(frame)
            self._best = max(self._best, self.quality.focus)
            self.histogram.show_quality(self.quality)
            self._status = news.status
            self._fill()
        elif news.status is not self._status:
            self._status = news.status
            self._fill()

    def write_words(self) -> None:
        """All of it."""
        names = (
            translate("Camera", "Picture"),
            translate("Camera", "Mean grey"),
            translate("Camera", "Black pixels"),
            translate("Camera", "Saturated pixels"),
            translate("Camera", "Sharpness"),
            translate("Camera", "Best sharpness here"),
            translate("Camera", "Camera state"),
            translate("Camera", "Light, lens"),
        )
        self.figures.show_names(translate("Camera", "Newest picture"), names)
        self._fill()

    def _middle(self) -> str:
        height, width = (self._frame.height, self._frame.width) if self._frame else (512, 512)
        _, _, box_width, box_height = focus_box(height, width)
        return f"{box_width} × {box_height}"

    def _fill(self) -> None:
        quality, frame, status = self.quality, self._frame, self._status
        values = ["–"] * 6
        if quality and frame:
            values = [
                f"{frame.width} × {frame.height}",
                f"{quality.mean:.1f}",
                f"{quality.black:.2%}",
                f"{quality.saturated:.2%}",
                f"{quality.focus:.0f}",
                f"{self._best:.0f}",
            ]
        health = [status.camera, status.light] if status else [Health.CHECK, Health.CHECK]
        self.figures.show_values(values + [health_word(one) for one in health])
        hint = translate("Camera", "Sharpness is measured in the middle (%1 px). Compare it only for the same part.")
        said = status.light_detail if status else ""
        self.hint.setText(said or hint.replace("%1", self._middle()))

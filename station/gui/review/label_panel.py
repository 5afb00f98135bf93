# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the part in front is, in the station's words, and one touch to say what it really is."""

from __future__ import annotations

import math
from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout

from station.core.domain import Reason, Verdict
from station.core.reviewing import PartLine
from station.gui.language import translate
from station.gui.pane import Panel, button, label
from station.gui.review.words import LABEL_KEYS, label_word
from station.gui.why.scale_view import ScaleMark, ScaleView
from station.gui.wording import moment, reason_words, verdict_word

MODES = 5  # buttons for names of defect modes


class LabelPanel(Panel):
    """Emits `said` with a label and perhaps a defect mode, `new_mode` when a person wants to name another one."""

    said = pyqtSignal(str, str)
    new_mode = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.part: PartLine | None = None
        self._modes: tuple[str, ...] = ()
        self.heading, self.reason, self.facts, self.told = label("title"), label(), label("muted"), label("caption")
        for words in (self.reason, self.facts, self.told):
            words.setWordWrap(True)
        self.scale = ScaleView()
        self.labels = {name: button() for name in LABEL_KEYS}
        self.modes = [button() for _ in range(MODES)]
        self.other = button()
        for name, one in self.labels.items():
            one.clicked.connect(partial(self.said.emit, name, ""))
        for place, one in enumerate(self.modes):
            one.setProperty("plain", True)
            one.clicked.connect(partial(self._say_mode, place))
        self.other.setProperty("plain", True)
        self.other.clicked.connect(self.new_mode)
        self._lay_out()
        self.write_words()

    @property
    def fault_label(self) -> str:
        """What a named defect makes of the part in front."""
        return "true_reject" if self.part is not None and self.part.verdict.rejects else "missed"

    def show_part(self, part: PartLine | None) -> None:
        """The part in front, None = none."""
        if part != self.part:
            self.part = part
            self.write_words()

    def show_modes(self, names: tuple[str, ...]) -> None:
        """Names of defect modes, the most frequent first."""
        if names[:MODES] != self._modes:
            self._modes = names[:MODES]
            self.write_words()

    def write_words(self) -> None:
        """All of it."""
        part = self.part
        self.heading.setText(_heading(part))
        self.reason.setText(reason_words(part.reason) if part else "")
        self.facts.setText(_facts(part))
        told = f"{label_word(part.label)}  {part.defect_mode}" if part and part.label else ""
        self.told.setText(translate("Review", "Labelled: %1").replace("%1", told) if told else "")
        self.scale.name = translate("Review", "Score")
        judged = part is not None and math.isfinite(part.score) and part.limit > 0
        marks = (ScaleMark(part.score, part.verdict.rejects, True),) if part and judged else ()
        self.scale.show_marks(marks, part.limit if part and judged else math.nan)
        for key, (name, one) in enumerate(self.labels.items(), start=1):
            one.setText(f"{label_word(name)}  {key}")
            one.setEnabled(part is not None and (name == "unsure" or (name == "missed") != part.verdict.rejects))
        for place, one in enumerate(self.modes):
            one.setVisible(place < len(self._modes))
            one.setText(self._modes[place] if place < len(self._modes) else "")
            one.setEnabled(part is not None)
        self.other.setText(translate("Review", "Name it …"))
        self.other.setEnabled(part is not None)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(4)
        for words in (self.heading, self.reason, self.facts):
            column.addWidget(words)
        column.addWidget(self.scale)
        column.addWidget(self.told)
        column.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, one in enumerate(self.labels.values()):
            grid.addWidget(one, place // 2, place % 2)
        column.addLayout(grid)
        names = QGridLayout()
        names.setSpacing(6)
        for place, one in enumerate([*self.modes, self.other]):
            names.addWidget(one, place // 3, place % 3)
        column.addLayout(names)

    def _say_mode(self, place: int) -> None:
        self.said.emit(self.fault_label, self._modes[place])


def _heading(part: PartLine | None) -> str:
    if part is None:
        return translate("Review", "No part")
    border = part.verdict is Verdict.PASS and part.reason is Reason.BORDER
    return f"{verdict_word(part.verdict, border)}   {part.part}"


def _facts(part: PartLine | None) -> str:
    if part is None:
        return ""
    return "   ".join(word for word in (moment(part.time), part.lot, part.recipe) if word)

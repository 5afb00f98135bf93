# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How every piece of the station fares, in the processes' own words; and one touch for a support bundle."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.domain import Health
from station.core.message import CommandResult
from station.core.messages import LineStatus
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.pane import Pane, button, label
from station.gui.table import Table
from station.gui.wording import health_word

_MARKS = {Health.GOOD: "○", Health.FAILURE: "×"}  # all others: a triangle

Row = tuple[str, str, str]


class DiagnosisPage(Pane):
    """A row for each piece: mark and class, and what is known of it."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._seen: tuple[object, ...] = ()
        self._answer = ""
        self.table, self.bundle, self.said = Table(3, 2), button(), label()
        self.said.setWordWrap(True)
        self.bundle.clicked.connect(self._ask_for_bundle)
        row = QHBoxLayout()
        row.addWidget(self.bundle)
        row.addWidget(self.said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self.write_words()

    def show_news(self) -> None:
        """Written again only when the line said something new, or somebody came or went."""
        news = self._link.news
        seen = (news.status, news.line_here, news.engine_here, news.recorder_here)
        if seen != self._seen:
            self._seen = seen
            self._fill()

    def show_result(self, result: CommandResult) -> None:
        """What became of the bundle."""
        self._answer = result.text or translate("Diagnosis", "The recorder does not answer.")
        self.write_words()

    def write_words(self) -> None:
        """All of it."""
        self.table.show_headers(
            [translate("Diagnosis", "Piece"), translate("Diagnosis", "State"), translate("Diagnosis", "Details")]
        )
        self.bundle.setText(translate("Diagnosis", "Write support bundle"))
        hint = translate("Diagnosis", "One small file for the integrator: no pictures, no secrets.")
        self.said.setText(self._answer or hint)
        self._fill()

    def _fill(self) -> None:
        news = self._link.news
        status = news.status
        engine_gone = "" if news.engine_here else translate("Diagnosis", "not there")
        recorder_gone = "" if news.recorder_here else translate("Diagnosis", "not there")
        rows = [
            _row(translate("Diagnosis", "Line"), _line_health(status), _line_words(status)),
            _row(
                translate("Diagnosis", "Engine"),
                Health.FAILURE if engine_gone else status.engine if status else Health.CHECK,
                engine_gone or (status.engine_detail if status else ""),
            ),
            _row(
                translate("Diagnosis", "Recorder, disk"),
                Health.FAILURE if recorder_gone else status.recorder if status else Health.CHECK,
                recorder_gone or (status.recorder_detail if status else ""),
            ),
        ]
        self.table.show_rows(rows + (_what_the_line_knows(status) if status else []))

    def _ask_for_bundle(self) -> None:
        self._link.send("support", then=self.show_result)


def _row(name: str, health: Health, detail: str) -> Row:
    return name, f"{_MARKS.get(health, '△')} {health_word(health)}", detail


def _line_health(status: LineStatus | None) -> Health:
    """A line that lacks a permission works, but not for sure in time; it says what to grant."""
    if status is None:
        return Health.FAILURE
    return Health.CHECK if "grant " in status.realtime else Health.GOOD


def _line_words(status: LineStatus | None) -> str:
    return status.realtime if status else translate("Diagnosis", "not there")


def _what_the_line_knows(status: LineStatus) -> list[Row]:
    counters = status.counters
    told = translate("Diagnosis", "parts %1, not counted alike %2; exchanges with the PLC %3, failed %4")
    numbers = (counters.parts, counters.mismatches, counters.exchanges, counters.link_errors)
    told = filled(told, *(f"{number:,}" for number in numbers))
    return [
        _row(translate("Diagnosis", "PLC"), status.plc, status.plc_detail),
        _row(translate("Diagnosis", "Camera"), status.camera, ""),
        _row(translate("Diagnosis", "Light, lens"), status.light, status.light_detail),
        _row(translate("Diagnosis", "Clock"), status.clock, ""),
        (translate("Diagnosis", "Counters"), "", told),
    ]

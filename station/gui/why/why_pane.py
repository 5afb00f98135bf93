# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a part got its verdict: the flagged patch beside what the first and the second look compared it with."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from station.core.domain import Verdict
from station.core.messages import Showing, Why
from station.gui.language import translate
from station.gui.news import SeenPart
from station.gui.pane import Pane, Panel, button, label
from station.gui.run.live_picture import LivePicture
from station.gui.run.verdict_panel import part_name
from station.gui.why.difference import difference_image, patch_image
from station.gui.why.patch_view import PatchView
from station.gui.why.scale_view import ScaleMark, ScaleView
from station.gui.why.timing_view import TimingView
from station.gui.wording import is_border, reason_words, verdict_word

MOST = 3  # findings with evidence, the highest scores first


class FindingPicker(Pane):
    """One button for each finding that came with evidence; hidden when there is no choice."""

    picked = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._group = QButtonGroup(self)
        self.buttons: list[QPushButton] = []
        for number in range(MOST):
            one = button()
            one.setText(str(number + 1))
            one.setCheckable(True)
            self._group.addButton(one, number)
            self.buttons.append(one)
            column.addWidget(one)
        self._group.idClicked.connect(self.picked)

    def offer(self, count: int, picked: int) -> None:
        """Show `count` buttons, `picked` pressed."""
        for number, one in enumerate(self.buttons):
            one.setVisible(count > 1 and number < count)
            one.setChecked(number == picked)


class WhyPane(Panel):
    """Holds on to one part while the line runs on; `closed` leads back to the live picture."""

    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._part: SeenPart | None = None
        self._picked = 0
        self.title, self.subtitle = label("title"), label("muted")
        self.picker, self.back = FindingPicker(), button()
        self.flagged, self.reconstruction, self.screener = PatchView(), PatchView(), PatchView()
        self.golden, self.verifier = PatchView(), PatchView()
        self.place = LivePicture(legend=False)
        self.score, self.distance = ScaleView(), ScaleView()
        self._patches, self._scales = QWidget(), QWidget()  # hidden when there is no evidence to show
        self._lower = QGridLayout()
        self.facts, self.timing = label("muted"), TimingView()
        self.facts.setWordWrap(True)
        self.picker.picked.connect(self.pick)
        self.back.clicked.connect(self.closed)
        QShortcut(QKeySequence("Esc"), self, self.closed.emit)
        self._lay_out()
        self.write_words()

    @property
    def part(self) -> SeenPart | None:
        """The part the pane is about."""
        return self._part

    @property
    def why(self) -> Why | None:
        """The evidence now shown."""
        showing = self._part.showing if self._part else None
        return showing.why[self._picked] if showing and self._picked < len(showing.why) else None

    def show_part(self, part: SeenPart) -> None:
        """Open on this part's first finding."""
        self._part = part
        self.pick(0)

    def pick(self, number: int) -> None:
        """Show the evidence of finding `number` (from 0)."""
        self._picked = number
        showing = self._part.showing if self._part else None
        self.picker.offer(min(MOST, len(showing.why)) if showing else 0, number)
        self.place.show_evidence(self._part.evidence if self._part else None)
        self.timing.show_ledger(self._part.record.ledger if self._part else None)
        self._show_patches()
        self._show_scales(showing)
        self.write_words()

    def write_words(self) -> None:
        """Everything that is words or numbers."""
        self.back.setText(translate("Why", "Back"))
        self.score.name = translate("Why", "Score")
        self.distance.name = translate("Why", "Distance")
        if self._part:
            record = self._part.record
            self.title.setText(f"{part_name(record)} · {verdict_word(record.verdict, is_border(record))}")
            self.subtitle.setText(reason_words(record.reason))
        self._write_captions()
        self.facts.setText(self._facts())

    def _write_captions(self) -> None:
        why = self.why
        z = f"z = {why.finding.z:.1f}" if why else ""
        distance = f"d = {why.finding.distance:.2f}" if why else ""
        state = ""
        if why:
            confirmed = why.finding.confirmed
            state = translate("Why", "confirmed") if confirmed else translate("Why", "cleared")
        self.flagged.set_words(translate("Why", "Flagged"), state)
        self.reconstruction.set_words(translate("Why", "Reconstruction"), translate("Why", "1st look: VAE"))
        self.screener.set_words(translate("Why", "Difference"), z)
        self.golden.set_words(translate("Why", "Golden patch"), translate("Why", "2nd look: Siamese"))
        self.verifier.set_words(translate("Why", "Difference"), distance)

    def _facts(self) -> str:
        if self._part is None:
            return ""
        showing = self._part.showing
        if showing is None:
            return translate("Why", "The engine showed nothing of this part.")
        if not showing.findings:
            if showing.verdict is Verdict.PASS:
                return translate("Why", "Nothing was flagged on this part.")
            return translate("Why", "This part could not be inspected, so it is rejected.")
        cleared = translate("Why", "%n candidate(s) cleared", "", showing.cleared)
        confirmed = translate("Why", "%n finding(s) confirmed", "", sum(one.confirmed for one in showing.findings))
        words = translate("Why", "%1, %2.").replace("%1", confirmed).replace("%2", cleared)
        if self.why:
            left, top, _, _ = self.why.finding.box
            golden = self.why.finding.golden
            place = translate("Why", "Place x %1, y %2 px. Nearest golden part: %3.")
            for mark, value in (("%1", left), ("%2", top), ("%3", golden)):
                place = place.replace(mark, str(value))
            words = f"{words} {place}"
        return words

    def _show_patches(self) -> None:
        why = self.why
        self._patches.setVisible(why is not None)
        self._scales.setVisible(why is not None)
        for column, stretch in enumerate((4, 5, 6) if why else (6, 0, 5)):
            self._lower.setColumnStretch(column, stretch)
        self.flagged.show_image(patch_image(why.flagged) if why else None)
        self.reconstruction.show_image(patch_image(why.reconstruction) if why else None)
        self.golden.show_image(patch_image(why.golden) if why else None)
        self.screener.show_image(difference_image(why.flagged, why.reconstruction) if why else None)
        self.verifier.show_image(difference_image(why.flagged, why.golden) if why else None)

    def _show_scales(self, showing: Showing | None) -> None:
        findings = showing.findings if showing else ()
        picked = self.why.finding if self.why else None
        scores = tuple(ScaleMark(one.score, one.confirmed, one == picked) for one in findings)
        distances = tuple(ScaleMark(one.distance, one.confirmed, one == picked) for one in findings)
        if showing:
            self.score.show_marks(scores, showing.limit)
        else:
            self.score.show_marks(())
        self.distance.show_marks(distances)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self.title)
        head.addWidget(self.subtitle, 1)
        keys = QVBoxLayout()
        keys.addWidget(self.back)
        keys.addWidget(self.picker)
        keys.addStretch(1)
        patches = QHBoxLayout(self._patches)
        patches.setContentsMargins(0, 0, 0, 0)
        patches.setSpacing(8)
        for view in (self.flagged, self.reconstruction, self.screener, self.golden, self.verifier):
            patches.addWidget(view, 1)
        lower = self._lower
        lower.setHorizontalSpacing(16)
        scales = QVBoxLayout(self._scales)
        scales.setContentsMargins(0, 0, 0, 0)
        scales.setSpacing(2)
        scales.addWidget(self.score)
        scales.addWidget(self.distance)
        lower.addWidget(self.place, 0, 0)
        lower.addWidget(self._scales, 0, 1)
        lower.addWidget(self.timing, 0, 2, Qt.AlignmentFlag.AlignTop)
        self.place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for words in (self.title, self.subtitle, self.facts):
            words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        evidence = QVBoxLayout()
        evidence.setSpacing(6)
        evidence.addLayout(head)
        evidence.addWidget(self._patches, 1)
        evidence.addLayout(lower)
        evidence.addWidget(self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addLayout(evidence, 1)
        row.addLayout(keys)

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people did, newest first, and whether nobody has altered it; one person's alone if wanted; all of it as CSV."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.asking import AskEvents, Events
from station.core.message import CommandResult, Event, Refusal, Reply
from station.gui.choice import MOST, Choice
from station.gui.language import translate
from station.gui.link import Link
from station.gui.pane import Pane, button, label
from station.gui.table import Table
from station.gui.wording import moment

LIMIT = 1_000


class AuditPage(Pane):
    """Asked anew whenever the page comes to the front."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._reply: Reply | None = None
        self._who = ""  # "" = everybody
        self._exported = ""
        self.table, self.proof, self.said = Table(4, 3), label("caption"), label("muted")
        self.who, self.export = button(), button()
        for words in (self.proof, self.said):
            words.setWordWrap(True)
        self.who.clicked.connect(self._ask_who)
        self.export.clicked.connect(self._export)
        texts = QVBoxLayout()
        texts.addWidget(self.proof)
        texts.addWidget(self.said)
        row = QHBoxLayout()
        row.addLayout(texts, 1)
        row.addWidget(self.who)
        row.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.write_words()

    def ask(self) -> None:
        """Ask the recorder."""
        self._link.ask(AskEvents(audit=True, limit=LIMIT), self._show)

    def write_words(self) -> None:
        """Headers, buttons, and what the recorder said of the chain."""
        heads = (
            translate("Audit", "Time"),
            translate("Audit", "Who"),
            translate("Audit", "Process"),
            translate("Audit", "What"),
        )
        self.table.show_headers(heads)
        self.proof.setText(self._proof())
        self.said.setText(self._exported)
        self.said.setVisible(bool(self._exported))
        self.who.setText(self._who or translate("Audit", "Everybody"))
        self.export.setText(translate("Audit", "Write CSV"))

    def _show(self, reply: Reply, _file: bytes) -> None:
        self._reply = reply
        self._fill()
        self.write_words()

    def _events(self) -> tuple[Event, ...]:
        return self._reply.events if isinstance(self._reply, Events) else ()

    def _fill(self) -> None:
        self.table.show_rows([_row(event) for event in self._events() if self._who in {"", event.user}])

    def _ask_who(self) -> None:
        names = sorted({event.user for event in self._events()} - {""})[: MOST - 1]
        Choice(
            translate("Audit", "Whose entries?"),
            [translate("Audit", "Everybody"), *names],
            lambda place: self._show_only(["", *names][place]),
            self,
        ).open()

    def _show_only(self, who: str) -> None:
        self._who = who
        self._fill()
        self.write_words()

    def _export(self) -> None:
        self._link.send("export-audit", then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        self._exported = result.text or translate("Audit", "The recorder does not answer.")
        self.write_words()

    def _proof(self) -> str:
        if isinstance(self._reply, Refusal):
            return self._reply.text
        if not isinstance(self._reply, Events):
            return translate("Audit", "Asking the recorder …")
        if self._reply.fault:
            return translate("Audit", "× Altered: %1").replace("%1", self._reply.fault)
        return translate("Audit", "○ Complete and unaltered: each entry holds the hash of the one before.")


def _row(event: Event) -> tuple[str, ...]:
    return moment(event.time), event.user, event.source, event.text

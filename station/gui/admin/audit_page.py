# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people did, newest first, and whether nobody has altered it."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtWidgets import QVBoxLayout

from station.core.asking import AskEvents, Events
from station.core.message import Event, Refusal, Reply
from station.gui.language import translate
from station.gui.link import Link
from station.gui.pane import Pane, label
from station.gui.table import Table

LIMIT = 500


class AuditPage(Pane):
    """Asked anew whenever the page comes to the front."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._reply: Reply | None = None
        self.table, self.proof = Table(4, 3), label("caption")
        self.proof.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.proof)
        column.addWidget(self.table, 1)
        self.write_words()

    def ask(self) -> None:
        """Ask the recorder."""
        self._link.ask(AskEvents(audit=True, limit=LIMIT), self._show)

    def write_words(self) -> None:
        """Headers, and what the recorder said of the chain."""
        heads = (
            translate("Audit", "Time"),
            translate("Audit", "Who"),
            translate("Audit", "Process"),
            translate("Audit", "What"),
        )
        self.table.show_headers(heads)
        self.proof.setText(self._proof())

    def _show(self, reply: Reply, _file: bytes) -> None:
        self._reply = reply
        if isinstance(reply, Events):
            self.table.show_rows([_row(event) for event in reply.events])
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
    moment = datetime.fromtimestamp(event.time).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return moment, event.user, event.source, event.text

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may log in: add people, give new secrets, take the permission away. The recorder decides; its answer is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.authority import ROLES
from station.core.message import CommandResult, Refusal, Reply
from station.core.people import AskPeople, People, Person
from station.gui.choice import Choice
from station.gui.keypad import Keypad
from station.gui.language import translate
from station.gui.link import Link
from station.gui.pane import Pane, button, label
from station.gui.run.control_panel import HoldButton
from station.gui.table import Table
from station.gui.wording import role_word


class PeoplePage(Pane):
    """A table of people, and what can be done with the chosen one."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._people: tuple[Person, ...] = ()
        self.table = Table(3, 0, choose=True)
        self.add, self.secret, self.allow = button(), button(), button()
        self.forbid = HoldButton()
        self.said = label("advice")
        self.said.setWordWrap(True)
        self.add.clicked.connect(self._ask_role)
        self.secret.clicked.connect(self._ask_new_secret)
        self.allow.clicked.connect(lambda: self._order("set-active", "yes"))
        self.forbid.held.connect(lambda: self._order("set-active", "no"))
        self.table.chosen.connect(lambda _: self._offer())
        row = QHBoxLayout()
        for one in (self.add, self.secret, self.allow, self.forbid):
            row.addWidget(one, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.said)
        column.addLayout(row)
        self.write_words()
        self._offer()

    def ask(self) -> None:
        """Ask the recorder who there is."""
        self._link.ask(AskPeople(), self._show)

    def write_words(self) -> None:
        """Headers and buttons."""
        self.table.show_headers(
            [translate("People", "Name"), translate("People", "Role"), translate("People", "Log-in")]
        )
        self.add.setText(translate("People", "Add"))
        self.secret.setText(translate("People", "New secret"))
        self.allow.setText(translate("People", "Allow log-in"))
        self.forbid.setText(translate("People", "Hold to forbid"))
        self._fill()

    def _chosen(self) -> Person | None:
        return self._people[self.table.picked] if 0 <= self.table.picked < len(self._people) else None

    def _show(self, reply: Reply, _file: bytes) -> None:
        if isinstance(reply, People):
            self._people = reply.people
        elif isinstance(reply, Refusal):
            self.said.setText(reply.text)
        self._fill()
        self._offer()

    def _fill(self) -> None:
        self.table.show_rows([(one.name, role_word(one.role), _state(one)) for one in self._people])

    def _offer(self) -> None:
        person = self._chosen()
        self.secret.setEnabled(person is not None)
        self.allow.setEnabled(person is not None and not person.active)
        self.forbid.setEnabled(person is not None and person.active)

    def _order(self, action: str, value: str) -> None:
        person = self._chosen()
        if person:
            self._link.send(action, person.name, value, then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        self.said.setText(result.text or translate("People", "The recorder does not answer."))
        self.ask()

    def _ask_role(self) -> None:
        words = [role_word(role) for role in ROLES]
        Choice(translate("People", "Which role?"), words, lambda place: self._ask_name(ROLES[place]), self).open()

    def _ask_name(self, role: str) -> None:
        title = translate("People", "Name of the new person")
        Keypad(title, "text", partial(self._ask_first_secret, role), self).open()

    def _ask_first_secret(self, role: str, name: str) -> None:
        def add(secret: str) -> None:
            self._link.send("add-person", name, f"{role} {secret}", then=self._answered)

        self._secret_keypad(role, name, add)

    def _ask_new_secret(self) -> None:
        person = self._chosen()
        if person:
            self._secret_keypad(person.role, person.name, partial(self._order, "set-secret"))

    def _secret_keypad(self, role: str, name: str, accept: Callable[[str], None]) -> None:
        pin = role == "operator"
        title = translate("LogIn", "PIN of %1") if pin else translate("LogIn", "Password of %1")
        Keypad(title.replace("%1", name), "digits" if pin else "secret", accept, self, hidden=True).open()


def _state(person: Person) -> str:
    if not person.active:
        return translate("People", "× forbidden")
    if person.locked_s > 0:
        minutes = max(1, round(person.locked_s / 60))
        return translate("People", "△ locked for %n min", "", minutes)
    return translate("People", "○ allowed")

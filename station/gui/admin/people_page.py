# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may log in: add people, change roles and secrets, take the permission away.

Only what the person who is logged in may do is offered; the recorder decides, and its answer is shown.
"""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.authority import ROLES
from station.core.message import CommandResult, Refusal, Reply
from station.core.people import MANAGES, AskPeople, People, Person
from station.gui.admin.new_secret import ask_new_secret
from station.gui.choice import Choice
from station.gui.hold_button import HoldButton
from station.gui.keypad import Keypad
from station.gui.language import translate
from station.gui.link import Link
from station.gui.pane import Pane, button, label
from station.gui.table import Table
from station.gui.wording import role_word


class PeoplePage(Pane):
    """A table of people, and what can be done with the chosen one."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._people: tuple[Person, ...] = ()
        self._me = ("", "operator")  # name and role
        self._answer = ""
        self.table = Table(3, 0, choose=True)
        self.add, self.role, self.secret, self.allow = button(), button(), button(), button()
        self.forbid = HoldButton()
        self.said = label("advice")
        self.said.setWordWrap(True)
        self.add.clicked.connect(self._ask_role)
        self.role.clicked.connect(self._ask_new_role)
        self.secret.clicked.connect(self._ask_secret)
        self.allow.clicked.connect(lambda: self._order("set-active", "yes"))
        self.forbid.held.connect(lambda: self._order("set-active", "no"))
        self.table.chosen.connect(lambda _: self._offer())
        row = QHBoxLayout()
        for one in (self.add, self.role, self.secret, self.allow, self.forbid):
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

    def show_news(self) -> None:
        """Somebody else may have logged in."""
        me = (self._link.news.user, self._link.news.role)
        if me != self._me:
            self._me = me
            self._say("")
            self._offer()

    def write_words(self) -> None:
        """Headers and buttons."""
        self.table.show_headers(
            [translate("People", "Name"), translate("People", "Role"), translate("People", "Log-in")]
        )
        self.add.setText(translate("People", "Add"))
        self.role.setText(translate("People", "Change role"))
        self.secret.setText(translate("People", "New secret"))
        self.allow.setText(translate("People", "Allow log-in"))
        self.forbid.setText(translate("People", "Hold to forbid"))
        self._say(self._answer)
        self._fill()

    def _managed(self) -> list[str]:
        """The roles whose people the one who is logged in may change."""
        name, role = self._me
        return [one for one in ROLES if name and one in MANAGES.get(role, ())]

    def _higher(self) -> list[str]:
        """Roles with a password; an operator's PIN does not become one."""
        return [role for role in self._managed() if role != "operator"]

    def _chosen(self) -> Person | None:
        return self._people[self.table.picked] if 0 <= self.table.picked < len(self._people) else None

    def _show(self, reply: Reply, _file: bytes) -> None:
        if isinstance(reply, People):
            self._people = reply.people
        elif isinstance(reply, Refusal):
            self._say(reply.text)
        self._fill()
        self._offer()

    def _fill(self) -> None:
        self.table.show_rows([(one.name, role_word(one.role), _state(one)) for one in self._people])

    def _offer(self) -> None:
        person, managed = self._chosen(), self._managed()
        may = person is not None and person.role in managed
        own = person is not None and person.name == self._me[0]
        for one in (self.add, self.role, self.allow, self.forbid):
            one.setVisible(bool(managed))
        self.secret.setVisible(bool(self._me[0]))
        self.role.setEnabled(person is not None and person.role in self._higher() and len(self._higher()) > 1)
        self.secret.setEnabled(may or own)
        self.allow.setEnabled(person is not None and may and not person.active)
        self.forbid.setEnabled(person is not None and may and person.active)

    def _say(self, text: str) -> None:
        self._answer = text
        hint = "" if self._me[0] else translate("People", "To change people, log in: F8.")
        self.said.setText(text or hint)

    def _order(self, action: str, value: str) -> None:
        person = self._chosen()
        if person:
            self._link.send(action, person.name, value, then=self._answered)

    def _answered(self, result: CommandResult) -> None:
        self._say(result.text or translate("People", "The recorder does not answer."))
        self.ask()

    def _ask_role(self) -> None:
        roles = self._managed()
        words = [role_word(role) for role in roles]
        Choice(translate("People", "Which role?"), words, lambda place: self._ask_name(roles[place]), self).open()

    def _ask_new_role(self) -> None:
        roles = self._higher()
        words = [role_word(role) for role in roles]
        title = translate("People", "Which role?")
        Choice(title, words, lambda place: self._order("change-role", roles[place]), self).open()

    def _ask_name(self, role: str) -> None:
        title = translate("People", "Name of the new person")
        Keypad(title, "text", partial(self._ask_first_secret, role), self).open()

    def _ask_first_secret(self, role: str, name: str) -> None:
        def add(secret: str) -> None:
            self._link.send("add-person", name, f"{role} {secret}", then=self._answered)

        ask_new_secret(role, name, add, self._say, self)

    def _ask_secret(self) -> None:
        person = self._chosen()
        if person:
            ask_new_secret(person.role, person.name, partial(self._order, "set-secret"), self._say, self)


def _state(person: Person) -> str:
    if not person.active:
        return translate("People", "× forbidden")
    if person.locked_s > 0:
        minutes = max(1, round(person.locked_s / 60))
        return translate("People", "△ locked for %n min", "", minutes)
    return translate("People", "○ allowed")

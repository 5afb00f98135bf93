# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Admin screen."""

from __future__ import annotations

from functools import partial

from station.core.asking import AskEvents, Events
from station.core.message import Event
from station.core.people import AskPeople, People, Person
from station.gui.admin.screen import AdminScreen
from station.gui.made_up import Replies, Scene, good
from station.gui.pane import Screen

_CREW = (
    Person("hana", "operator"),
    Person("ken", "operator", locked_s=110.0),
    Person("sue", "supervisor"),
    Person("chief", "integrator"),
    Person("old", "operator", active=False),
)
_DONE = (
    ("hana", "line", "start by operator: production starts"),
    ("hana", "line", "lot by operator: lot 'B-2291' after 'B-2290'"),
    ("sue", "line", "confirm by supervisor: error confirmed"),
    ("hana", "recorder", "log-in as operator"),
    ("ken", "recorder", "log-in failed"),
)


def scenes() -> tuple[Scene, ...]:
    """People, the audit trail whole and altered, about."""
    events = tuple(
        Event(source, "command", text, 1.79e9 - 60 * number, user)
        for number, (user, source, text) in enumerate(_DONE * 6)
    )
    people: Replies = {AskPeople: (People(0, _CREW), b"")}
    whole: Replies = {AskEvents: (Events(0, events), b"")}
    altered: Replies = {AskEvents: (Events(0, (), "the audit trail was changed by hand at its row 212"), b"")}
    return (
        Scene("admin-people", good(), "admin", people, partial(_open, 0)),
        Scene("admin-audit", good(), "admin", whole, partial(_open, 1)),
        Scene("admin-audit-altered", good(), "admin", altered, partial(_open, 1)),
        Scene("admin-about", good(), "admin", prepare=partial(_open, 2)),
    )


def _open(place: int, screen: Screen) -> None:
    if isinstance(screen, AdminScreen):
        screen.tabs.turn_to(place)
        screen.people.table.pick(1)
        screen.show_news(good())

# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Admin screen, of logging in, and of the keypad."""

from __future__ import annotations

from functools import partial

import msgspec

from station.core.asking import AskEvents, Events
from station.core.domain import Health
from station.core.message import CommandResult, Event, Refusal
from station.core.people import AskPeople, People, Person
from station.gui.admin.screen import AdminScreen
from station.gui.keypad import Keypad, Kind
from station.gui.log_in import LogIn
from station.gui.made_up import Replies, Scene, good
from station.gui.news import Answer, StationNews
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
_ALTERED = "the audit trail was changed by hand at its row 212"
_PEOPLE: Replies = {AskPeople: (People(0, _CREW), b"")}


def scenes() -> tuple[Scene, ...]:
    """Each page in each state; who nobody is may look, and is told to log in."""
    trail: Replies = {AskEvents: (Events(0, _trail()), b"")}
    altered: Replies = {AskEvents: (Events(0, _trail(), _ALTERED), b"")}
    silent: Replies = {AskPeople: (Refusal(0, "the recorder is not there"), b"")}
    return (
        Scene("admin-people", _by("chief", "integrator"), "admin", _PEOPLE, partial(_open, 0)),
        Scene("admin-people-nobody", good(), "admin", _PEOPLE, partial(_open, 0)),
        Scene("admin-people-no-recorder", good(), "admin", silent, partial(_open, 0)),
        Scene("admin-audit", _by("sue", "supervisor"), "admin", trail, partial(_open, 1)),
        Scene("admin-audit-altered", good(), "admin", altered, partial(_open, 1)),
        Scene("admin-diagnosis", _well(), "admin", prepare=_diagnose),
        Scene("admin-diagnosis-faults", _faulty(), "admin", prepare=partial(_open, 2)),
        Scene("admin-about", good(), "admin", prepare=partial(_open, 3)),
        Scene("log-in", good(), "admin", _PEOPLE, _log_in),
        Scene("log-in-nobody-yet", good(), "admin", {AskPeople: (People(0), b"")}, _log_in),
        Scene("keypad-digits", good(), "admin", prepare=partial(_type, "digits", "1234", True)),
        Scene("keypad-text", good(), "admin", prepare=partial(_type, "text", "B-2291_ロット", False)),
        Scene("refused-for-role", _refused()),
    )


def _trail() -> tuple[Event, ...]:
    return tuple(
        Event(source, "command", text, 1.79e9 - 60 * number, user)
        for number, (user, source, text) in enumerate(_DONE * 6)
    )


def _by(name: str, role: str) -> StationNews:
    news = good()
    news.user, news.role, news.recorder_here = name, role, True
    return news


def _well() -> StationNews:
    news = _by("sue", "supervisor")
    assert news.status is not None
    news.status = msgspec.structs.replace(
        news.status, recorder=Health.GOOD, recorder_detail="412 GiB free", light=Health.GOOD
    )
    return news


def _faulty() -> StationNews:
    news = _by("", "operator")
    assert news.status is not None
    news.recorder_here = False
    news.status = msgspec.structs.replace(
        news.status,
        plc=Health.OUT_OF_SPECIFICATION,
        plc_detail="answers take 41 ms, usual are 12 ms",
        light=Health.MAINTENANCE,
        light_detail="8 % darker than the golden parts",
        clock=Health.CHECK,
        realtime="no SCHED_FIFO 50 (Operation not permitted): grant LimitRTPRIO, memory locked",
    )
    return news


def _refused() -> StationNews:
    news = good()
    news.answer = Answer("confirm", "refused", "an error is confirmed by a supervisor")
    return news


def _open(place: int, screen: Screen) -> None:
    if isinstance(screen, AdminScreen):
        screen.tabs.turn_to(place)
        screen.people.table.pick(1)


def _diagnose(screen: Screen) -> None:
    if isinstance(screen, AdminScreen):
        screen.tabs.turn_to(2)
        path = "/var/lib/saiken/support/support-20261125T093012Z.tar.gz (48 KiB)"
        screen.diagnosis.show_result(CommandResult("support", True, path))


def _log_in(screen: Screen) -> None:
    if isinstance(screen, AdminScreen):
        LogIn(screen.link, screen).open()


def _type(kind: Kind, text: str, hidden: bool, screen: Screen) -> None:
    keypad = Keypad("PIN: hana" if hidden else "Lot ロット", kind, lambda _: None, screen, hidden)
    keypad.open()
    keypad.line.setText(text)

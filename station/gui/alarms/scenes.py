# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Alarms screen."""

from __future__ import annotations

from functools import partial

from station.core.alarms import Alarm, Alarms, AlarmState
from station.core.asking import AskEvents, Events
from station.core.message import Event
from station.gui.alarms.screen import AlarmsScreen
from station.gui.made_up import Replies, Scene, good
from station.gui.news import StationNews
from station.gui.pane import Screen

_NOON = 1.79e9
SOME = (
    Alarm("engine", 1, AlarmState.UNACKNOWLEDGED, True, _NOON, "no sign of life for 300 ms"),
    Alarm("camera", 1, AlarmState.UNACKNOWLEDGED, True, _NOON + 1, "", "engine"),
    Alarm("light", 2, AlarmState.ACKNOWLEDGED, True, _NOON - 600, "grey level 84 % of the golden frames'"),
    Alarm("bin-full", 2, AlarmState.RETURNED, False, _NOON - 900),
    Alarm("disk", 3, AlarmState.SHELVED, True, _NOON - 3600, "812 MiB are free", until=_NOON + 1800),
    Alarm("clock", 3, AlarmState.OUT_OF_SERVICE, False, _NOON - 7200),
)
_PAST = (
    "plc: unacknowledged (no answer within 60 ms)",
    "plc: returned (no answer within 60 ms)",
    "plc: normal (no answer within 60 ms)",
    "bin-full: acknowledged",
)


def with_alarms(alarms: tuple[Alarm, ...], rate: int) -> StationNews:
    """Good news otherwise."""
    news = good()
    news.alarms = Alarms(alarms, rate)
    return news


def scenes() -> tuple[Scene, ...]:
    """None, some with a first-out group, a flood, put aside, and the history."""
    events = tuple(Event("line", "alarm", text, _NOON - 30 * n) for n, text in enumerate(_PAST * 5))
    past: Replies = {AskEvents: (Events(0, events), b"")}
    return (
        Scene("alarms-none", with_alarms((), 0), "alarms", prepare=partial(_open, 0)),
        Scene("alarms-active", with_alarms(SOME, 2), "alarms", prepare=partial(_open, 0)),
        Scene("alarms-flood", with_alarms(SOME, 23), "alarms", prepare=partial(_open, 0)),
        Scene("alarms-shelved", with_alarms(SOME, 2), "alarms", prepare=partial(_open, 1)),
        Scene("alarms-history", with_alarms(SOME, 2), "alarms", past, partial(_open, 3)),
    )


def _open(page: int, screen: Screen) -> None:
    if isinstance(screen, AlarmsScreen):
        screen.entered()
        screen.tabs.turn_to(page)
        if page < len(screen.lists):
            screen.lists[page].pick(0)

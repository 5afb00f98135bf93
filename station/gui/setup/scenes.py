# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Set-up screen."""

from __future__ import annotations

from functools import partial

import msgspec

from station.core.domain import Health
from station.core.message import CommandResult
from station.core.messages import Signals
from station.core.plc_map import AT_SPEED, BIN_FULL, Word
from station.core.states import State
from station.gui.made_up import Scene, good, late
from station.gui.news import StationNews
from station.gui.pane import Screen
from station.gui.setup.screen import SetupScreen

_PART = 12_844
_WORDS = {_PART - 5: Word.REJECT, _PART - 9: Word.NOT_INSPECTED, _PART - 2: Word.BORDER}
SIGNALS = Signals(
    answer_age_ms=12.0,
    boot=0xA7,
    count=_PART + 1,
    encoder=8_412_977,
    plc_heartbeat=40_211,
    ack_part=_PART,
    ack_mask=0xFFFF,
    confirmed=447,
    inputs=AT_SPEED,
    wanted=0x5EED_204A,
    heartbeat=1_733,
    state=State.CONTINUOUS_EXECUTION,
    recipe_id=0x5EED_204A,
    request=0,
    gate=0,
    slots=tuple(
        sorted(((part, _WORDS.get(part, Word.PASS)) for part in range(_PART - 15, _PART + 1)), key=lambda s: s[0] % 16)
    ),
    forced=(),
)


def scenes() -> tuple[Scene, ...]:
    """Each page with and without news, and an output held by hand."""
    gone = StationNews()
    held = msgspec.structs.replace(
        SIGNALS, state=State.READY, gate=Word.PASS, forced=("gate",), inputs=BIN_FULL, slots=((0, 0),) * 16, wanted=0
    )
    dark = {"light": Health.MAINTENANCE, "light_detail": "20% darker than the golden parts"}
    return (
        Scene("setup-camera", _with(SIGNALS), "setup", prepare=partial(_turn, 0)),
        Scene("setup-camera-none", gone, "setup", prepare=partial(_turn, 0)),
        Scene("setup-plc", _with(SIGNALS), "setup", prepare=partial(_turn, 1)),
        Scene("setup-camera-dark", _with(SIGNALS, **dark), "setup", prepare=partial(_turn, 0)),
        Scene("setup-plc-held", _with(held, state=State.READY), "setup", prepare=_hold),
        Scene("setup-plc-refused", _with(SIGNALS), "setup", prepare=_refuse),
        Scene("setup-plc-none", gone, "setup", prepare=partial(_turn, 1)),
        Scene("setup-timing", _with(SIGNALS), "setup", prepare=partial(_turn, 2)),
        Scene("setup-timing-late", late(), "setup", prepare=partial(_turn, 2)),
        Scene("setup-timing-none", gone, "setup", prepare=partial(_turn, 2)),
    )


def _with(signals: Signals, **changed: object) -> StationNews:
    news = good()
    assert news.status is not None
    news.signals, news.status = signals, msgspec.structs.replace(news.status, **changed)
    return news


def _turn(place: int, screen: Screen) -> None:
    if isinstance(screen, SetupScreen):
        screen.tabs.turn_to(place)


def _hold(screen: Screen) -> None:
    _answer(CommandResult("force", True, "gate held for 5 s"), screen)


def _refuse(screen: Screen) -> None:
    _answer(CommandResult("force", False, "'force' is for role integrator, not for 'operator'"), screen)


def _answer(result: CommandResult, screen: Screen) -> None:
    if isinstance(screen, SetupScreen):
        screen.tabs.turn_to(1)
        screen.plc.show_result(result)

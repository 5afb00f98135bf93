# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every signal between station and PLC, live; an integrator may hold an output for some seconds to try the wiring."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QT_TRANSLATE_NOOP
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout

from station.core.message import CommandResult
from station.core.messages import Signals
from station.core.plc_map import AIR_LOW, AT_SPEED, BIN_FULL, GATE_FAULT, STOP_BELT, Word
from station.core.states import State
from station.gui.hold_button import HoldButton
from station.gui.language import filled, translate
from station.gui.link import Link
from station.gui.pane import Pane, label
from station.gui.setup.signal_list import SignalList
from station.gui.setup.slot_grid import SlotGrid

FORCE_S = 5.0
_FROM_PLC = (
    QT_TRANSLATE_NOOP("Plc", "Newest answer"),
    QT_TRANSLATE_NOOP("Plc", "Heartbeat"),
    QT_TRANSLATE_NOOP("Plc", "Boot number"),
    QT_TRANSLATE_NOOP("Plc", "Parts at photo-eye"),
    QT_TRANSLATE_NOOP("Plc", "Encoder"),
    QT_TRANSLATE_NOOP("Plc", "Newest verdict taken"),
    QT_TRANSLATE_NOOP("Plc", "Rejects confirmed"),
    QT_TRANSLATE_NOOP("Plc", "Recipe asked for"),
    QT_TRANSLATE_NOOP("Plc", "Input: bin full"),
    QT_TRANSLATE_NOOP("Plc", "Input: air low"),
    QT_TRANSLATE_NOOP("Plc", "Input: gate fault"),
    QT_TRANSLATE_NOOP("Plc", "Input: belt at speed"),
)
_TO_PLC = (
    QT_TRANSLATE_NOOP("Plc", "Heartbeat"),
    QT_TRANSLATE_NOOP("Plc", "State"),
    QT_TRANSLATE_NOOP("Plc", "Recipe"),
    QT_TRANSLATE_NOOP("Plc", "Stop the belt"),
    QT_TRANSLATE_NOOP("Plc", "Gate"),
    QT_TRANSLATE_NOOP("Plc", "Held by hand"),
)
_OUTPUTS = {"gate": QT_TRANSLATE_NOOP("Plc", "Hold gate open"), "stop-belt": QT_TRANSLATE_NOOP("Plc", "Hold belt stop")}
_HELD = {"gate": QT_TRANSLATE_NOOP("Plc", "Gate"), "stop-belt": QT_TRANSLATE_NOOP("Plc", "Stop the belt")}


class Pulse:
    """A counter that must move: says how long ago it last did, as far as it was watched."""

    def __init__(self) -> None:
        self._value: int | None = None
        self._moved_ns = 0

    def words(self, value: int, now_ns: int) -> str:
        """The value, and the seconds since it changed."""
        if value != self._value:
            self._value, self._moved_ns = value, now_ns
        age = f"{(now_ns - self._moved_ns) / 1e9:.1f}"
        return filled(translate("Plc", "%1, moved %2 s ago"), value, age)


class PlcPage(Pane):
    """Two lists, the slots, and two buttons. The line decides whether an output may be held."""

    def __init__(self, link: Link, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__()
        self._link = link
        self._clock_ns = clock_ns
        self._plc_pulse, self._own_pulse = Pulse(), Pulse()
        self._seen: Signals | None = None
        self._said = ""
        self.inputs, self.outputs, self.slots = SignalList(len(_FROM_PLC)), SignalList(len(_TO_PLC)), SlotGrid()
        self.said = label("muted")
        self.said.setWordWrap(True)
        self.force = {output: HoldButton() for output in _OUTPUTS}
        middle = QVBoxLayout()
        middle.addWidget(self.outputs)
        middle.addWidget(self.said)
        middle.addStretch(1)
        for output, one in self.force.items():
            one.held.connect(partial(self._hold, output))
            middle.addWidget(one)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.inputs, 5)
        row.addLayout(middle, 5)
        row.addWidget(self.slots, 6)
        self.write_words()

    def show_news(self) -> None:
        """Written again only when the line sent new signals, or is gone."""
        if self._link.news.signals is not self._seen:
            self._seen = self._link.news.signals
            self._fill()

    def show_result(self, result: CommandResult) -> None:
        """What became of holding an output."""
        self._said = result.text or translate("Plc", "The line does not answer.")
        self.write_words()

    def write_words(self) -> None:
        """All of it."""
        from_plc, to_plc = translate("Plc", "PLC → station"), translate("Plc", "Station → PLC")
        self.inputs.show_names(from_plc, [translate("Plc", name) for name in _FROM_PLC])
        self.outputs.show_names(to_plc, [translate("Plc", name) for name in _TO_PLC])
        for output, one in self.force.items():
            one.setText(translate("Plc", _OUTPUTS[output]))
        hint = translate("Plc", "For integrators, while nothing is produced: press for one second to hold for %1 s.")
        self.said.setText(self._said or hint.replace("%1", f"{FORCE_S:g}"))
        self._fill()

    def _hold(self, output: str) -> None:
        self._link.send("force", output, seconds=FORCE_S, then=self.show_result)

    def _fill(self) -> None:
        signals = self._seen
        self.slots.show_slots(signals.slots if signals else ())
        if signals is None:
            self.inputs.show_values(["–"] * len(_FROM_PLC))
            self.outputs.show_values(["–"] * len(_TO_PLC))
            return
        now_ns = self._clock_ns()
        self.inputs.show_values(_from_plc(signals, self._plc_pulse.words(signals.plc_heartbeat, now_ns)))
        self.outputs.show_values(_to_plc(signals, self._own_pulse.words(signals.heartbeat, now_ns)))


def _from_plc(signals: Signals, pulse: str) -> list[str]:
    age_ms = signals.answer_age_ms
    return [
        translate("Plc", "%1 ms ago").replace("%1", f"{age_ms:.0f}") if age_ms >= 0 else translate("Plc", "none yet"),
        pulse,
        f"{signals.boot}",
        f"{signals.count:,}",
        f"{signals.encoder:,}",
        f"{signals.ack_part:,}",
        f"{signals.confirmed:,}",
        f"{signals.wanted:08X}" if signals.wanted else translate("Plc", "any"),
        *(_switch(bool(signals.inputs & bit)) for bit in (BIN_FULL, AIR_LOW, GATE_FAULT, AT_SPEED)),
    ]


def _to_plc(signals: Signals, pulse: str) -> list[str]:
    known = signals.state in State.__members__.values()
    held = [translate("Plc", _HELD[one]) if one in _HELD else one for one in signals.forced]
    return [
        pulse,
        State(signals.state).name if known else f"{signals.state}",
        f"{signals.recipe_id:08X}",
        _switch(bool(signals.request & STOP_BELT)),
        _switch(signals.gate == Word.PASS),
        ", ".join(held) or translate("Plc", "nothing"),
    ]


def _switch(on: bool) -> str:
    return "● " + translate("Plc", "on") if on else "○ " + translate("Plc", "off")

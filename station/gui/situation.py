# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the line produces or does not: one situation, the most important one first. No Qt in here."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from station.core.domain import DriftState, Health
from station.core.messages import LineStatus
from station.core.plc_map import AIR_LOW, BIN_FULL, GATE_FAULT
from station.core.states import State
from station.gui.news import StationNews


class Matter(Enum):
    """What the banner is about; `station.gui.wording` has the words for each."""

    LINE_GONE = "line_gone"
    ERROR = "error"
    HALTED = "halted"
    PLC_LOST = "plc_lost"
    ENGINE_GONE = "engine_gone"
    CAMERA_LOST = "camera_lost"
    ENGINE_NOT_READY = "engine_not_ready"
    READY = "ready"
    STOPPED = "stopped"  # Ready, and something must be done before it may produce
    GATE_FAULT = "gate_fault"
    BIN_FULL = "bin_full"
    AIR_LOW = "air_low"
    NO_PICTURES = "no_pictures"  # produces, but the window has no connection to the engine
    PROMISE_VOID = "promise_void"  # produces, but parts have drifted away from those of the calibration
    PRODUCING = "producing"


class Situation(NamedTuple):
    """`health` decides colour and mark; `detail` and `advice` are the line's own words, in English."""

    matter: Matter
    health: Health
    detail: str = ""
    advice: str = ""


_BY_STATE = {
    State.HALTED: Situation(Matter.HALTED, Health.CHECK),
    State.READY: Situation(Matter.READY, Health.CHECK),
}


def situation(news: StationNews) -> Situation:
    """The one thing that a person must know now."""
    status = news.status
    if status is None or not news.line_here:
        return Situation(Matter.LINE_GONE, Health.FAILURE)
    if status.state == State.ERROR:
        return Situation(Matter.ERROR, Health.FAILURE, status.error, status.advice)
    if status.state == State.PREOPERATIONAL:
        return Situation(Matter.PLC_LOST, Health.FAILURE, status.plc_detail, status.advice)
    if status.state == State.INITIALIZED:
        return _not_ready(status)
    if status.state == State.READY and status.error:
        return Situation(Matter.STOPPED, Health.FAILURE, status.error, status.advice)
    return _BY_STATE.get(State(status.state)) or _producing(status, news.engine_here)


def _not_ready(status: LineStatus) -> Situation:
    if status.engine is Health.FAILURE:
        return Situation(Matter.ENGINE_GONE, Health.FAILURE, status.engine_detail, status.advice)
    if status.camera is Health.FAILURE:
        return Situation(Matter.CAMERA_LOST, Health.FAILURE, status.engine_detail, status.advice)
    return Situation(Matter.ENGINE_NOT_READY, Health.FAILURE, status.engine_detail, status.advice)


def _producing(status: LineStatus, engine_here: bool) -> Situation:
    for bit, matter in ((GATE_FAULT, Matter.GATE_FAULT), (BIN_FULL, Matter.BIN_FULL), (AIR_LOW, Matter.AIR_LOW)):
        if status.inputs & bit:
            return Situation(matter, Health.MAINTENANCE)
    if not engine_here:
        return Situation(Matter.NO_PICTURES, Health.MAINTENANCE)
    if status.drift is DriftState.DRIFTED:
        return Situation(Matter.PROMISE_VOID, Health.MAINTENANCE, status.drift_detail)
    return Situation(Matter.PRODUCING, Health.GOOD)

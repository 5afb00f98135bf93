# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words for everything that other processes say by code: verdicts, reasons, health, situations.

The tables hold source texts, marked for Qt Linguist; the functions answer in the window's language.
"""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from station.core.domain import Health, Reason, Verdict
from station.core.messages import PartRecord
from station.gui.language import translate
from station.gui.situation import Matter

_VERDICTS = {
    Verdict.PASS: QT_TRANSLATE_NOOP("Verdict", "OK"),
    Verdict.REJECT: QT_TRANSLATE_NOOP("Verdict", "NG"),
    Verdict.NOT_INSPECTED: QT_TRANSLATE_NOOP("Verdict", "NOT INSPECTED"),
}
_REASONS = {
    Reason.CLEAN: QT_TRANSLATE_NOOP("Reason", "Nothing above the limit"),
    Reason.BORDER: QT_TRANSLATE_NOOP("Reason", "Close to the limit: look at it"),
    Reason.FINDING: QT_TRANSLATE_NOOP("Reason", "Finding confirmed"),
    Reason.LOGICAL: QT_TRANSLATE_NOOP("Reason", "Wrong, turned or incomplete part"),
    Reason.OVERFLOW: QT_TRANSLATE_NOOP("Reason", "Too much flagged to verify"),
    Reason.LATE: QT_TRANSLATE_NOOP("Reason", "Verdict was too late"),
    Reason.FRAME_LOST: QT_TRANSLATE_NOOP("Reason", "Frame lost by the camera"),
    Reason.NO_IMAGE: QT_TRANSLATE_NOOP("Reason", "Counted, but no picture came"),
    Reason.NO_COUNT: QT_TRANSLATE_NOOP("Reason", "Picture without a photo-eye count"),
    Reason.COUNT_MISMATCH: QT_TRANSLATE_NOOP("Reason", "Counters disagree"),
    Reason.WRONG_FRAME: QT_TRANSLATE_NOOP("Reason", "Picture does not fit the recipe"),
    Reason.NOT_REGISTERED: QT_TRANSLATE_NOOP("Reason", "Part not found in the picture"),
    Reason.NOT_FINITE: QT_TRANSLATE_NOOP("Reason", "Network gave no valid number"),
    Reason.FAULT: QT_TRANSLATE_NOOP("Reason", "Engine failed on this part"),
    Reason.ENGINE_GONE: QT_TRANSLATE_NOOP("Reason", "Engine was not there"),
    Reason.LINK_LOST: QT_TRANSLATE_NOOP("Reason", "PLC link was down"),
    Reason.NOT_PRODUCING: QT_TRANSLATE_NOOP("Reason", "Station was not producing"),
    Reason.WRONG_RECIPE: QT_TRANSLATE_NOOP("Reason", "PLC asked for another recipe"),
    Reason.LINE_RESTARTED: QT_TRANSLATE_NOOP("Reason", "Line process was restarting"),
    Reason.NOT_ACKNOWLEDGED: QT_TRANSLATE_NOOP("Reason", "PLC did not confirm in time"),
    Reason.NOT_TRACKED: QT_TRANSLATE_NOOP("Reason", "Place on the belt not certain"),
}
_ROLES = {
    "operator": QT_TRANSLATE_NOOP("Role", "Operator"),
    "supervisor": QT_TRANSLATE_NOOP("Role", "Supervisor"),
    "integrator": QT_TRANSLATE_NOOP("Role", "Integrator"),
    "engineer": QT_TRANSLATE_NOOP("Role", "Engineer"),
}
_HEALTH = {
    Health.GOOD: QT_TRANSLATE_NOOP("Health", "Good"),
    Health.MAINTENANCE: QT_TRANSLATE_NOOP("Health", "Maintenance"),
    Health.OUT_OF_SPECIFICATION: QT_TRANSLATE_NOOP("Health", "Out of spec"),
    Health.CHECK: QT_TRANSLATE_NOOP("Health", "Check"),
    Health.FAILURE: QT_TRANSLATE_NOOP("Health", "Failure"),
}
_HEADLINES = {
    Matter.LINE_GONE: QT_TRANSLATE_NOOP("Situation", "Line process gone – all parts rejected"),
    Matter.ERROR: QT_TRANSLATE_NOOP("Situation", "Error – all parts rejected"),
    Matter.HALTED: QT_TRANSLATE_NOOP("Situation", "Halted – all parts rejected"),
    Matter.PLC_LOST: QT_TRANSLATE_NOOP("Situation", "PLC link lost – all parts rejected"),
    Matter.ENGINE_GONE: QT_TRANSLATE_NOOP("Situation", "Engine gone – all parts rejected"),
    Matter.CAMERA_LOST: QT_TRANSLATE_NOOP("Situation", "Camera lost – all parts rejected"),
    Matter.ENGINE_NOT_READY: QT_TRANSLATE_NOOP("Situation", "Engine not ready – all parts rejected"),
    Matter.READY: QT_TRANSLATE_NOOP("Situation", "Ready, not producing"),
    Matter.STOPPED: QT_TRANSLATE_NOOP("Situation", "Stopped – all parts rejected"),
    Matter.GATE_FAULT: QT_TRANSLATE_NOOP("Situation", "In production – reject gate fault"),
    Matter.BIN_FULL: QT_TRANSLATE_NOOP("Situation", "In production – reject bin full"),
    Matter.AIR_LOW: QT_TRANSLATE_NOOP("Situation", "In production – air pressure low"),
    Matter.NO_PICTURES: QT_TRANSLATE_NOOP("Situation", "In production – no pictures here"),
    Matter.PROMISE_VOID: QT_TRANSLATE_NOOP("Situation", "In production – promise void"),
    Matter.PRODUCING: QT_TRANSLATE_NOOP("Situation", "In production"),
}
_ADVICE = {
    Matter.LINE_GONE: QT_TRANSLATE_NOOP("Situation", "It is started again by itself; wait some seconds."),
    Matter.ERROR: QT_TRANSLATE_NOOP("Situation", "Remove the cause, then press Confirm."),
    Matter.HALTED: QT_TRANSLATE_NOOP("Situation", "Press Confirm to leave the halt, then Start."),
    Matter.PLC_LOST: QT_TRANSLATE_NOOP("Situation", "Check the serial cable and the PLC; it reconnects by itself."),
    Matter.ENGINE_GONE: QT_TRANSLATE_NOOP("Situation", "It is started again by itself; wait some seconds."),
    Matter.CAMERA_LOST: QT_TRANSLATE_NOOP("Situation", "Check the camera's cable and power; it reconnects by itself."),
    Matter.ENGINE_NOT_READY: QT_TRANSLATE_NOOP("Situation", "The self-test is running; wait some seconds."),
    Matter.STOPPED: QT_TRANSLATE_NOOP("Situation", "Remove the cause, then press Start."),
    Matter.READY: QT_TRANSLATE_NOOP("Situation", "Press Start. Until then all parts are rejected."),
    Matter.GATE_FAULT: QT_TRANSLATE_NOOP("Situation", "Check the reject gate."),
    Matter.BIN_FULL: QT_TRANSLATE_NOOP("Situation", "Empty the reject bin."),
    Matter.AIR_LOW: QT_TRANSLATE_NOOP("Situation", "Check the compressed air."),
    Matter.NO_PICTURES: QT_TRANSLATE_NOOP("Situation", "The window reconnects to the engine by itself."),
    Matter.PROMISE_VOID: QT_TRANSLATE_NOOP("Situation", "Clean optics, check light; then recalibrate."),
    Matter.PRODUCING: QT_TRANSLATE_NOOP("Situation", "Every part is inspected."),
}
# What the processes advise in English (`station.core.errors`, the line's supervision and states); a test compares.
KNOWN_ADVICE = (
    QT_TRANSLATE_NOOP("Advice", "Call the integrator."),
    QT_TRANSLATE_NOOP("Advice", "Correct the named key in the file and start again."),
    QT_TRANSLATE_NOOP("Advice", "Install a bundle that was exported and signed by a key this station trusts."),
    QT_TRANSLATE_NOOP("Advice", "Check the camera's cable and power."),
    QT_TRANSLATE_NOOP("Advice", "The part is rejected; inspect it by hand."),
    QT_TRANSLATE_NOOP("Advice", "The engine restarts by itself; if this comes back, call the integrator."),
    QT_TRANSLATE_NOOP("Advice", "Check the serial cable and the PLC; all parts are rejected meanwhile."),
    QT_TRANSLATE_NOOP("Advice", "Check that the adapter is plugged in and that no other station uses this port."),
    QT_TRANSLATE_NOOP("Advice", "The process is started again by itself; wait some seconds."),
    QT_TRANSLATE_NOOP("Advice", "Free disk space or mount the disk writable."),
    QT_TRANSLATE_NOOP("Advice", "Remove the cause; then a supervisor confirms the error."),
    QT_TRANSLATE_NOOP("Advice", "Load the recipe that the PLC asks for, or correct the recipe number in the PLC."),
    QT_TRANSLATE_NOOP("Advice", "Look at the parts, the light and the lens; then a supervisor goes on."),
    QT_TRANSLATE_NOOP("Advice", "Compare the product with the recipe; then a supervisor goes on."),
    QT_TRANSLATE_NOOP("Advice", "Check the camera's trigger, cable and network; then a supervisor goes on."),
    QT_TRANSLATE_NOOP("Advice", "Check the computer's load and the belt's speed; a supervisor goes on."),
    QT_TRANSLATE_NOOP("Advice", "Check the photo-eye and the trigger's wiring; then a supervisor goes on."),
    QT_TRANSLATE_NOOP(
        "Advice", "Search the good parts for rejected ones; check gate and sensor; then a supervisor goes on."
    ),
    QT_TRANSLATE_NOOP("Advice", "Empty the reject bin, then go on."),
    QT_TRANSLATE_NOOP("Advice", "Check the compressed air, then go on."),
    QT_TRANSLATE_NOOP("Advice", "Look into the journal for the cause; then a supervisor goes on."),
)
_STAGES = {
    "transfer": QT_TRANSLATE_NOOP("Stage", "Transfer"),
    "screening": QT_TRANSLATE_NOOP("Stage", "Screening"),
    "verification": QT_TRANSLATE_NOOP("Stage", "Verification"),
    "decision": QT_TRANSLATE_NOOP("Stage", "Decision"),
    "hand_over": QT_TRANSLATE_NOOP("Stage", "Hand-over"),
    "serial": QT_TRANSLATE_NOOP("Stage", "Serial write"),
    "acknowledge": QT_TRANSLATE_NOOP("Stage", "PLC confirms"),
}
_ACTIONS = {
    "start": QT_TRANSLATE_NOOP("Action", "Start"),
    "stop": QT_TRANSLATE_NOOP("Action", "Stop"),
    "halt": QT_TRANSLATE_NOOP("Action", "Halt"),
    "confirm": QT_TRANSLATE_NOOP("Action", "Confirm"),
    "lot": QT_TRANSLATE_NOOP("Action", "Lot"),
}
_OUTCOMES = {
    "waiting": QT_TRANSLATE_NOOP("Action", "%1: sent"),
    "done": QT_TRANSLATE_NOOP("Action", "%1: done"),
    "refused": QT_TRANSLATE_NOOP("Action", "%1: refused"),
    "unheard": QT_TRANSLATE_NOOP("Action", "%1: no answer"),
}


def verdict_word(verdict: Verdict | None, border: bool = False) -> str:
    """OK, NG or NOT INSPECTED, or LOOK for a pass within the grey band; a dash when there is none yet."""
    if border:
        return translate("Verdict", "LOOK")
    return translate("Verdict", _VERDICTS[verdict]) if verdict else "–"


def is_border(record: PartRecord) -> bool:
    """A pass that a person should look at."""
    return record.verdict is Verdict.PASS and record.reason is Reason.BORDER


def reason_words(reason: Reason) -> str:
    """A short phrase."""
    return translate("Reason", _REASONS[reason])


def health_word(health: Health) -> str:
    """The NE 107 class."""
    return translate("Health", _HEALTH[health])


def headline(matter: Matter) -> str:
    """The banner's first line."""
    return translate("Situation", _HEADLINES[matter])


def advice(matter: Matter, said: str = "") -> str:
    """What to do: what the process said, if it said something; otherwise what is always right in this situation."""
    return translate("Advice", said) if said else translate("Situation", _ADVICE[matter])


def stage_word(stage: str) -> str:
    """A name of `station.gui.why.timing.STAGES`."""
    return translate("Stage", _STAGES[stage])


def action_word(action: str) -> str:
    """A command's button; one without a button of its own is called as it says."""
    return translate("Action", _ACTIONS[action]) if action in _ACTIONS else action


def outcome_words(action: str, outcome: str) -> str:
    """What became of a command."""
    return translate("Action", _OUTCOMES[outcome]).replace("%1", action_word(action))


def moment(seconds: float, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Seconds since 1970 as local time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime(form)


def role_word(role: str) -> str:
    """What a role is called; one that nobody knows is called as it says."""
    return translate("Role", _ROLES[role]) if role in _ROLES else role

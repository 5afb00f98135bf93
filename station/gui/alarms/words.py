# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name, cause, consequence and action for every alarm of the catalogue, and words for the states."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from station.core.alarms import AlarmState
from station.gui.language import translate


class AlarmWords(NamedTuple):
    """Source texts; `words_of` translates them."""

    name: str
    cause: str
    consequence: str
    action: str


_REJECTED = QT_TRANSLATE_NOOP("Alarm", "All parts are rejected until it is over.")
_STOPPED = QT_TRANSLATE_NOOP("Alarm", "Production has stopped; all parts are rejected.")
_ON = QT_TRANSLATE_NOOP("Alarm", "Then a supervisor presses Start.")
_WORDS = {
    "error": (
        QT_TRANSLATE_NOOP("Alarm", "Station in error"),
        QT_TRANSLATE_NOOP("Alarm", "Something happened that a person must see; the first reason is shown."),
        _REJECTED,
        QT_TRANSLATE_NOOP("Alarm", "Remove the cause; then a supervisor presses Confirm."),
    ),
    "plc": (
        QT_TRANSLATE_NOOP("Alarm", "PLC link lost"),
        QT_TRANSLATE_NOOP("Alarm", "Serial cable, adapter or PLC does not answer."),
        _REJECTED,
        QT_TRANSLATE_NOOP("Alarm", "Check cable, adapter and PLC. The link comes back by itself."),
    ),
    "engine": (
        QT_TRANSLATE_NOOP("Alarm", "Engine not working"),
        QT_TRANSLATE_NOOP("Alarm", "The inspection process is gone, frozen or in its self-test."),
        _REJECTED,
        QT_TRANSLATE_NOOP("Alarm", "It starts again by itself. If this comes back, call the integrator."),
    ),
    "camera": (
        QT_TRANSLATE_NOOP("Alarm", "Camera lost"),
        QT_TRANSLATE_NOOP("Alarm", "The camera gives no sign of life, or refuses the recipe's settings."),
        _REJECTED,
        QT_TRANSLATE_NOOP("Alarm", "Check the camera's cable and power. It comes back by itself."),
    ),
    "other-recipe": (
        QT_TRANSLATE_NOOP("Alarm", "PLC asks for another recipe"),
        QT_TRANSLATE_NOOP("Alarm", "Product on the line and recipe in the station differ."),
        _REJECTED,
        QT_TRANSLATE_NOOP("Alarm", "Load the recipe that the PLC asks for, or correct its number there."),
    ),
    "stop-rejects": (
        QT_TRANSLATE_NOOP("Alarm", "Too many rejects in a row"),
        QT_TRANSLATE_NOOP("Alarm", "The process makes bad parts, or light, lens or position have changed."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Look at the parts, the light and the lens."),
    ),
    "stop-wrong_parts": (
        QT_TRANSLATE_NOOP("Alarm", "Parts do not match the recipe"),
        QT_TRANSLATE_NOOP("Alarm", "Another product, turned parts, or parts out of the picture."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Compare the product with the recipe."),
    ),
    "stop-no_image": (
        QT_TRANSLATE_NOOP("Alarm", "No pictures"),
        QT_TRANSLATE_NOOP("Alarm", "Frames are lost, or the camera is not triggered."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Check the camera's trigger, cable and network."),
    ),
    "stop-late": (
        QT_TRANSLATE_NOOP("Alarm", "Verdicts too late"),
        QT_TRANSLATE_NOOP("Alarm", "The computer is overloaded, or the belt is too fast."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Check the computer's load and the belt's speed."),
    ),
    "stop-mismatches": (
        QT_TRANSLATE_NOOP("Alarm", "PLC and camera count differently"),
        QT_TRANSLATE_NOOP("Alarm", "Photo-eye or trigger give false or missing signals."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Check the photo-eye and the trigger's wiring."),
    ),
    "stop-unconfirmed": (
        QT_TRANSLATE_NOOP("Alarm", "Rejects not seen behind the gate"),
        QT_TRANSLATE_NOOP("Alarm", "The gate does not work, or its sensor does not see the parts."),
        QT_TRANSLATE_NOOP("Alarm", "Rejected parts may lie among the good ones. Production has stopped."),
        QT_TRANSLATE_NOOP("Alarm", "Search the good parts for rejected ones; check gate and sensor."),
    ),
    "stop-bin_full": (
        QT_TRANSLATE_NOOP("Alarm", "Reject bin full: stopped"),
        QT_TRANSLATE_NOOP("Alarm", "The PLC reports that the reject bin is full."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Empty the reject bin, then press Start."),
    ),
    "stop-air_low": (
        QT_TRANSLATE_NOOP("Alarm", "Air pressure low: stopped"),
        QT_TRANSLATE_NOOP("Alarm", "The reject gate has too little compressed air."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Check the compressed air, then press Start."),
    ),
    "stop-other": (
        QT_TRANSLATE_NOOP("Alarm", "Production stopped"),
        QT_TRANSLATE_NOOP("Alarm", "It was stopped for the reason that is shown."),
        _STOPPED,
        QT_TRANSLATE_NOOP("Alarm", "Look into the journal for the cause."),
    ),
    "recorder": (
        QT_TRANSLATE_NOOP("Alarm", "Journal cannot be written"),
        QT_TRANSLATE_NOOP("Alarm", "The recorder is gone, or the disk is full or refuses."),
        QT_TRANSLATE_NOOP("Alarm", "Inspection goes on; results wait in memory and in spill files."),
        QT_TRANSLATE_NOOP("Alarm", "Free disk space or call the integrator."),
    ),
    "bin-full": (
        QT_TRANSLATE_NOOP("Alarm", "Reject bin full"),
        QT_TRANSLATE_NOOP("Alarm", "The PLC reports that the reject bin is full."),
        QT_TRANSLATE_NOOP("Alarm", "Rejected parts may fall back onto the line."),
        QT_TRANSLATE_NOOP("Alarm", "Empty the reject bin."),
    ),
    "air-low": (
        QT_TRANSLATE_NOOP("Alarm", "Air pressure low"),
        QT_TRANSLATE_NOOP("Alarm", "The reject gate has too little compressed air."),
        QT_TRANSLATE_NOOP("Alarm", "The gate may be too slow to reject."),
        QT_TRANSLATE_NOOP("Alarm", "Check the compressed air."),
    ),
    "light": (
        QT_TRANSLATE_NOOP("Alarm", "Light or focus has changed"),
        QT_TRANSLATE_NOOP("Alarm", "Light dim, lens dirty or out of focus."),
        QT_TRANSLATE_NOOP("Alarm", "More good parts are rejected; the promise may not hold."),
        QT_TRANSLATE_NOOP("Alarm", "Clean lens and light; check the focus."),
    ),
    "drift": (
        QT_TRANSLATE_NOOP("Alarm", "Parts have drifted: promise void"),
        QT_TRANSLATE_NOOP("Alarm", "Good parts no longer look like those of the calibration."),
        QT_TRANSLATE_NOOP("Alarm", "The promised rate of false rejects does not hold any more."),
        QT_TRANSLATE_NOOP("Alarm", "Clean optics; if it stays, have an engineer calibrate anew."),
    ),
    "disk": (
        QT_TRANSLATE_NOOP("Alarm", "Disk nearly full"),
        QT_TRANSLATE_NOOP("Alarm", "Little space is left for pictures."),
        QT_TRANSLATE_NOOP("Alarm", "Pictures of good parts are given up first; results are kept."),
        QT_TRANSLATE_NOOP("Alarm", "Free disk space this shift."),
    ),
    "clock": (
        QT_TRANSLATE_NOOP("Alarm", "Clock was set"),
        QT_TRANSLATE_NOOP("Alarm", "The computer's wall clock has jumped."),
        QT_TRANSLATE_NOOP("Alarm", "Records carry wrong times; inspection is not touched."),
        QT_TRANSLATE_NOOP("Alarm", "Check date, time and the time server."),
    ),
}
_STATES = {
    AlarmState.UNACKNOWLEDGED: QT_TRANSLATE_NOOP("Alarm", "new"),
    AlarmState.ACKNOWLEDGED: QT_TRANSLATE_NOOP("Alarm", "seen"),
    AlarmState.RETURNED: QT_TRANSLATE_NOOP("Alarm", "gone, not seen"),
    AlarmState.SHELVED: QT_TRANSLATE_NOOP("Alarm", "shelved"),
    AlarmState.OUT_OF_SERVICE: QT_TRANSLATE_NOOP("Alarm", "out of service"),
}
MARKS = {  # the state's shape: full = active, hollow = gone or put aside
    AlarmState.UNACKNOWLEDGED: "▲",
    AlarmState.ACKNOWLEDGED: "■",
    AlarmState.RETURNED: "△",
    AlarmState.SHELVED: "□",
    AlarmState.OUT_OF_SERVICE: "–",
}


def words_of(alarm: str) -> AlarmWords:
    """The four texts of an alarm in the window's language. A stop that needs a supervisor says so."""
    name, cause, consequence, action = (translate("Alarm", text) for text in _WORDS[alarm])
    if alarm.startswith("stop-") and alarm not in {"stop-bin_full", "stop-air_low"}:
        action = f"{action} {translate('Alarm', _ON)}"
    return AlarmWords(name, cause, consequence, action)


def state_word(state: AlarmState) -> str:
    """What a state is called."""
    return translate("Alarm", _STATES[state])

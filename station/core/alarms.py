"""Alarms after ISA-18.2: what needs a person's response now. What needs none is an event, not an alarm.

The line decides which are active and holds their states; windows show them, with words for each id
(`station.gui.alarms.words`), and send what people do about them.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import msgspec

from station.core.message import Message

LONGEST_SHELF_S = 8 * 3_600.0
SHORT_SHELF_S = 1_800.0  # longer ones are for a supervisor
RATE_WINDOW_S = 600.0
TARGET_RATE = 1  # alarms in ten minutes, at most, on average: EEMUA 191
FLOOD_RATE = 10  # more in ten minutes are a flood: nobody can respond to them


class AlarmState(Enum):
    """ISA-18.2's states, without "normal": those alarms are not told."""

    UNACKNOWLEDGED = "unacknowledged"  # active, nobody has seen it
    ACKNOWLEDGED = "acknowledged"  # active, somebody is at it
    RETURNED = "returned"  # not active any more, nobody has seen it
    SHELVED = "shelved"  # put aside by a person, for a time
    OUT_OF_SERVICE = "out_of_service"  # by maintenance, until they are done


UNSEEN = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED})
ASIDE = frozenset({AlarmState.SHELVED, AlarmState.OUT_OF_SERVICE})


class AlarmSpec(NamedTuple):
    """One entry of the catalogue."""

    priority: int  # 1 = all parts are rejected, 2 = soon they may be, 3 = see to it this shift
    after: tuple[str, ...] = ()  # alarms that this one is a mere consequence of
    on_s: float = 0.4  # active only when the condition has lasted so long
    off_s: float = 2.0  # returned only when it has been away so long


STOPS = ("rejects", "wrong_parts", "no_image", "late", "mismatches", "unconfirmed", "bin_full", "air_low", "other")
CATALOGUE: dict[str, AlarmSpec] = {
    "error": AlarmSpec(1, on_s=0.0),
    "plc": AlarmSpec(1),
    "engine": AlarmSpec(1, ("error",), on_s=3.0),  # a restart takes less
    "camera": AlarmSpec(1, ("error", "engine")),
    "other-recipe": AlarmSpec(1, ("plc",)),
    **{f"stop-{cause}": AlarmSpec(1, ("camera", "plc", "engine"), on_s=0.0) for cause in STOPS},
    "recorder": AlarmSpec(2, on_s=3.0),
    "bin-full": AlarmSpec(2, ("plc", "stop-bin_full")),
    "air-low": AlarmSpec(2, ("plc", "stop-air_low")),
    "light": AlarmSpec(2, ("camera", "engine"), on_s=2.0),
    "drift": AlarmSpec(2, ("light", "camera")),
    "disk": AlarmSpec(3, ("recorder",), on_s=5.0),
    "clock": AlarmSpec(3),
}


class Alarm(msgspec.Struct, frozen=True):
    """One that is not normal."""

    id: str  # of CATALOGUE
    priority: int
    state: AlarmState
    active: bool  # the condition is there now
    since: float  # of this state; seconds since 1970
    detail: str = ""  # the process's own words
    first: str = ""  # the alarm that this one is a consequence of, "" = it came first
    until: float = 0.0  # shelved: comes back then


class Alarms(Message, frozen=True):
    """All that are not normal, the most urgent first, and how many came in the last ten minutes."""

    alarms: tuple[Alarm, ...] = ()
    in_ten_minutes: int = 0

    @property
    def unacknowledged(self) -> int:
        """How many nobody has seen."""
        return sum(one.state in UNSEEN for one in self.alarms)

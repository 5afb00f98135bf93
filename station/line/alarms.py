"""The alarms' states: conditions come in, people's responses come in, `Alarms` and events go out (ISA-18.2, sans-IO).

                 condition                     acknowledge
    normal ────────────────► unacknowledged ───────────────► acknowledged
      ▲                          │ gone                          │ gone
      │       acknowledge        ▼                               │
      ├─────────────────────  returned                           │
      └──────────────────────────────────────────────────────────┘
    any of them ──► shelved (comes back by itself) or out of service (until maintenance is done) ──► as things stand

An alarm only speaks to people: whatever they do with it, a part passes or is rejected as before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from station.core.alarms import (
    ASIDE,
    CATALOGUE,
    LONGEST_SHELF_S,
    RATE_WINDOW_S,
    SHORT_SHELF_S,
    Alarm,
    Alarms,
    AlarmState,
)
from station.core.message import Command


@dataclass(slots=True)
class _Entry:
    """One alarm of the catalogue; `state` None is normal."""

    id: str
    state: AlarmState | None = None
    active: bool = False
    changing_ns: int | None = None  # since when the condition differs from `active`
    since: float = 0.0
    until_ns: int = 0
    until: float = 0.0
    detail: str = ""
    first: str = ""


class AlarmBoard:
    """Used by one thread; `watch` is called some times a second."""

    def __init__(self, remembered: tuple[Alarm, ...] = (), now_ns: int = 0, wall: float = 0.0) -> None:
        """`remembered`: `message().alarms` of the process before this one."""
        self._entries = {name: _Entry(name) for name in CATALOGUE}
        self._came_ns: deque[int] = deque()
        self._events: list[str] = []
        for alarm in remembered:
            if entry := self._entries.get(alarm.id):
                entry.state, entry.active, entry.since = alarm.state, alarm.active, alarm.since
                entry.detail, entry.first, entry.until = alarm.detail, alarm.first, alarm.until
                entry.until_ns = now_ns + round(max(0.0, min(alarm.until - wall, LONGEST_SHELF_S)) * 1e9)

    def watch(self, conditions: Mapping[str, str], now_ns: int, wall: float) -> None:
        """The conditions that are there now: id -> detail. An id that is not in the catalogue is a bug (KeyError)."""
        for name in conditions:
            self._entries[name].detail = conditions[name]
        for entry in self._entries.values():
            there = entry.id in conditions
            if there == entry.active:
                entry.changing_ns = None
            elif entry.changing_ns is None:
                entry.changing_ns = now_ns
            spec = CATALOGUE[entry.id]
            delay_ns = round((spec.on_s if there else spec.off_s) * 1e9)
            if entry.changing_ns is not None and now_ns - entry.changing_ns >= delay_ns:
                entry.active, entry.changing_ns = there, None
                self._change(entry, now_ns, wall)
            if entry.state is AlarmState.SHELVED and now_ns >= entry.until_ns:
                self._come_back(entry, now_ns, wall, "its time on the shelf is over")
        while self._came_ns and now_ns - self._came_ns[0] > RATE_WINDOW_S * 1e9:
            self._came_ns.popleft()

    def execute(self, command: Command, now_ns: int, wall: float) -> tuple[bool, str]:
        """acknowledge (what: id or "all"), shelve (seconds), unshelve, out-of-service, in-service."""
        if command.action == "acknowledge" and command.what == "all":
            seen = [entry for entry in self._entries.values() if self._acknowledge(entry, wall)]
            return bool(seen), f"{len(seen)} alarms acknowledged"
        entry = self._entries.get(command.what)
        if entry is None:
            return False, f"alarm '{command.what}' is unknown; known: {', '.join(self._entries)}"
        if command.action == "acknowledge":
            done = self._acknowledge(entry, wall)
            return done, f"alarm '{entry.id}' " + ("acknowledged" if done else "needs no acknowledgement")
        if command.action == "shelve":
            return self._shelve(entry, command, now_ns, wall)
        return self._set_service(entry, command, now_ns, wall)

    def message(self) -> Alarms:
        """All that are not normal."""
        found = [
            Alarm(
                one.id,
                CATALOGUE[one.id].priority,
                one.state,
                one.active,
                one.since,
                one.detail,
                one.first,
                one.until if one.state is AlarmState.SHELVED else 0.0,
            )
            for one in self._entries.values()
            if one.state is not None
        ]
        order = list(AlarmState)
        found.sort(key=lambda one: (one.priority, order.index(one.state), bool(one.first), one.since))
        return Alarms(tuple(found), len(self._came_ns))

    def take_events(self) -> list[str]:
        """Sentences for the journal since the last call, one for each transition."""
        events, self._events = self._events, []
        return events

    def _change(self, entry: _Entry, now_ns: int, wall: float) -> None:
        """The condition came or went."""
        if entry.state in ASIDE:
            return
        if entry.active:
            entry.first = self._first(entry)
            if not entry.first:
                self._came_ns.append(now_ns)
            self._move(entry, AlarmState.UNACKNOWLEDGED, wall)
        elif entry.state is AlarmState.UNACKNOWLEDGED:
            self._move(entry, AlarmState.RETURNED, wall)
        elif entry.state is AlarmState.ACKNOWLEDGED:
            self._move(entry, None, wall)

    def _first(self, entry: _Entry) -> str:
        """The alarm that this one follows from, as far back as they are active."""
        for name in CATALOGUE[entry.id].after:
            cause = self._entries[name]
            if cause.active and cause.state is not None:
                return cause.first or name
        return ""

    def _acknowledge(self, entry: _Entry, wall: float) -> bool:
        if entry.state is AlarmState.UNACKNOWLEDGED:
            self._move(entry, AlarmState.ACKNOWLEDGED, wall)
        elif entry.state is AlarmState.RETURNED:
            self._move(entry, None, wall)
        else:
            return False
        return True

    def _shelve(self, entry: _Entry, command: Command, now_ns: int, wall: float) -> tuple[bool, str]:
        seconds = command.seconds
        if not 1 <= seconds <= LONGEST_SHELF_S:  # NaN too
            return False, f"seconds = {seconds:g}: an alarm is shelved for 1 to {LONGEST_SHELF_S:g} seconds"
        if seconds > SHORT_SHELF_S and command.role == "operator":
            return False, f"for longer than {SHORT_SHELF_S / 60:g} min an alarm is shelved by a supervisor"
        if entry.state is None or entry.state is AlarmState.OUT_OF_SERVICE:
            return False, f"alarm '{entry.id}' is not there to be shelved"
        entry.until_ns, entry.until = now_ns + round(seconds * 1e9), wall + seconds
        self._move(entry, AlarmState.SHELVED, wall)
        return True, f"alarm '{entry.id}' is shelved for {seconds / 60:g} min"

    def _set_service(self, entry: _Entry, command: Command, now_ns: int, wall: float) -> tuple[bool, str]:
        if command.action == "out-of-service":
            self._move(entry, AlarmState.OUT_OF_SERVICE, wall)
            return True, f"alarm '{entry.id}' is out of service"
        wanted = AlarmState.SHELVED if command.action == "unshelve" else AlarmState.OUT_OF_SERVICE
        if entry.state is not wanted:
            return False, f"alarm '{entry.id}' is not {wanted.value.replace('_', ' ')}"
        self._come_back(entry, now_ns, wall, f"{command.action} by {command.role}")
        return True, f"alarm '{entry.id}' is watched again"

    def _come_back(self, entry: _Entry, now_ns: int, wall: float, why: str) -> None:
        self._move(entry, None, wall, why)
        if entry.active:
            self._change(entry, now_ns, wall)

    def _move(self, entry: _Entry, state: AlarmState | None, wall: float, why: str = "") -> None:
        entry.state, entry.since = state, wall
        word = state.value.replace("_", " ") if state else "normal"
        cause = why or (f"after {entry.first}" if entry.first else entry.detail)
        self._events.append(f"{entry.id}: {word}" + (f" ({cause})" if cause else ""))

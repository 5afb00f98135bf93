"""Answers to what happened: events, and the audit trail with its proof."""

from __future__ import annotations

from collections.abc import Iterable

from station.core.asking import AskEvents, Events
from station.core.channel import MAX_MESSAGE
from station.core.errors import StorageError
from station.core.message import Event
from station.recorder import rows
from station.recorder.room import Answered, Room

_OVERHEAD_BYTES = 80  # of one event in a message: tag, field names, time
_MOST_BYTES = MAX_MESSAGE - 1_024


def answer_events(room: Room, question: AskEvents) -> Answered:
    """The newest events that are asked for; an audit trail that was altered is shown, and said.

    Raises:
        StorageError: the journal cannot be read.
    """
    limit = max(0, question.limit)
    if not question.audit:
        return Events(question.number, _fitting(room.reader.events(question.kind or None, limit=limit))), None
    fault = ""
    try:
        room.reader.audit()
    except StorageError as error:
        fault = str(error)
    newest = room.reader.select("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (limit,))
    return Events(question.number, _fitting(rows.event_record(row) for row in newest), fault), None


def _fitting(events: Iterable[Event]) -> tuple[Event, ...]:
    """The first of them, as many as one message holds: a flood of long texts must not hide what happened."""
    kept: list[Event] = []
    left = _MOST_BYTES
    for event in events:
        left -= _OVERHEAD_BYTES + len(f"{event.source}{event.kind}{event.text}{event.user}".encode())
        if left < 0:
            break
        kept.append(event)
    return tuple(kept)

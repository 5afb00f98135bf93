"""Answers to what happened: events, and the audit trail with its proof."""

from __future__ import annotations

from station.core.asking import AskEvents, Events
from station.core.errors import StorageError
from station.recorder.room import Answered, Room


def answer_events(room: Room, question: AskEvents) -> Answered:
    """The newest events that are asked for; an audit trail that was altered is shown, and said.

    Raises:
        StorageError: the journal cannot be read.
    """
    if not question.audit:
        return Events(question.number, tuple(room.reader.events(question.kind or None, limit=question.limit))), None
    try:
        trail = room.reader.audit()
    except StorageError as error:
        return Events(question.number, (), str(error)), None
    return Events(question.number, tuple(reversed(trail[-question.limit :]))), None

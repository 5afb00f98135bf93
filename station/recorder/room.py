"""What the clerk's answers and commands are worked on with, and the forms that they have."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.core.config import StationConfig
from station.core.message import Command, CommandResult, Event, Reply
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader


@dataclass(frozen=True)
class Room:
    """What a question or command is worked on with."""

    config: StationConfig
    reader: JournalReader
    writer: JournalWriter
    pictures: Path
    key: bytes  # of badges
    wall: Callable[[], float] = time.time
    clock_ns: Callable[[], int] = time.monotonic_ns


Answered = tuple[Reply, int | None]  # the descriptor (a memfd) is the clerk's to close
AnswerIt = Callable[[Room, Any], Answered]  # of one type of `station.core.message.Question`
DoIt = Callable[[Room, Command], CommandResult]  # the command is checked: its user and role are proved


def told(room: Room, kind: str, text: str, user: str = "") -> None:
    """Write an event of the recorder; with a user it goes to the audit trail too.

    Raises:
        StorageError: the disk refuses.
    """
    room.writer.commit([happened(room, kind, text, user)])


def happened(room: Room, kind: str, text: str, user: str = "") -> Event:
    """An event of the recorder, now."""
    return Event("recorder", kind, text, room.wall(), user)

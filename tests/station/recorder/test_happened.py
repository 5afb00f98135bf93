"""What happened, as a window asks for it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from station.core.asking import AskEvents, Events
from station.core.channel import MAX_MESSAGE
from station.core.config import StationConfig
from station.core.message import Event
from station.recorder.happened import answer_events
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Room


@pytest.fixture
def room(writer: JournalWriter, reader: JournalReader, config: StationConfig) -> Room:
    writer.commit([Event("line", "fault" if n % 2 else "command", f"e{n}", float(n), "ann") for n in range(5)])
    return Room(config, reader, writer, Path(), b"")


def said(room: Room, question: AskEvents) -> list[str]:
    reply, descriptor = answer_events(room, question)
    assert isinstance(reply, Events)
    assert (descriptor, reply.number, reply.fault) == (None, 7, "")
    return [one.text for one in reply.events]


def test_newest_first_by_kind_and_no_more_than_asked_for(room: Room) -> None:
    assert said(room, AskEvents(7)) == ["e4", "e3", "e2", "e1", "e0"]
    assert said(room, AskEvents(7, kind="fault")) == ["e3", "e1"]
    assert said(room, AskEvents(7, limit=2)) == ["e4", "e3"]
    assert said(room, AskEvents(7, audit=True, limit=3)) == ["e4", "e3", "e2"]


def test_an_altered_trail_is_shown_and_said(room: Room, path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET text = 'nothing' WHERE id = 2")
    database.close()
    reply, _ = answer_events(room, AskEvents(7, audit=True))
    assert isinstance(reply, Events)
    assert reply.fault == "the audit trail was changed by hand at its row 2"
    assert [one.text for one in reply.events] == ["e4", "e3", "e2", "nothing", "e0"]


@pytest.mark.parametrize("audit", [False, True])
def test_a_flood_of_long_texts_does_not_hide_the_newest(room: Room, writer: JournalWriter, audit: bool) -> None:
    writer.commit([Event("line", "command", f"{n} " + "検" * 2_000, 10.0 + n, "eve") for n in range(60)])
    reply, _ = answer_events(room, AskEvents(7, audit=audit, limit=2_000))
    assert isinstance(reply, Events)
    assert reply.events[0].text.startswith("59 ")
    assert 20 < len(reply.events) < 60
    assert len(msgspec.msgpack.encode(reply)) <= MAX_MESSAGE

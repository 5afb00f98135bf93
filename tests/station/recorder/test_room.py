"""What the clerk writes down in the course of its work."""

from __future__ import annotations

from pathlib import Path

from station.core.config import StationConfig
from station.core.message import Event
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Room, told


def test_what_is_told_is_an_event_and_with_a_user_it_is_audited(
    writer: JournalWriter, reader: JournalReader, config: StationConfig
) -> None:
    room = Room(config, reader, writer, Path(), b"", wall=lambda: 5.0)
    told(room, "note", "quiet")
    told(room, "command", "loud", "ann")
    assert [one.text for one in reader.events()] == ["loud", "quiet"]
    assert reader.audit() == [Event("recorder", "command", "loud", 5.0, "ann")]

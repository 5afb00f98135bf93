"""Labels: written, taken back, audited; nonsense and unknown parts refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.message import Command
from station.core.messages import PartRecord
from station.recorder.journal import JournalWriter
from station.recorder.labelling import label, unlabel
from station.recorder.reading import JournalReader
from station.recorder.room import Room


@pytest.fixture
def room(writer: JournalWriter, reader: JournalReader, config: StationConfig, part: Callable[..., PartRecord]) -> Room:
    writer.commit([part(1)])
    return Room(config, reader, writer, Path(), b"", wall=lambda: 9.0)


def said(room: Room) -> list[tuple[str, str, str]]:
    return [tuple(row)[2:5] for row in room.reader.select("SELECT * FROM label ORDER BY id")]


def command(what: str, value: str = "") -> Command:
    return Command("label", "ann", "operator", what, value)


def test_what_is_said_is_written_and_audited(room: Room) -> None:
    assert label(room, command("0001-1", "true_reject:scratch")).done
    assert said(room) == [("true_reject", "scratch", "ann")]
    assert room.reader.audit()[0].text == "part 0001-1 is true_reject:scratch"


def test_what_was_said_is_taken_back_once(room: Room) -> None:
    label(room, command("0001-1", "missed"))
    assert unlabel(room, command("0001-1")).done
    assert said(room) == [("missed", "", "ann"), ("", "", "ann")]
    result = unlabel(room, command("0001-1"))
    assert (result.done, result.text) == (False, "nobody has said anything about part 0001-1")


@pytest.mark.parametrize(("what", "value", "says"), [("x", "missed", "no part 'x'"), ("0001-1", "good", "is unknown")])
def test_nonsense_is_refused(room: Room, what: str, value: str, says: str) -> None:
    result = label(room, command(what, value))
    assert not result.done
    assert says in result.text
    assert said(room) == []
    assert not unlabel(room, command("x")).done

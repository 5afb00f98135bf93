"""The connection to the line: comes back by itself, never blocks, and leaves nothing unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.channel import Listener
from station.core.message import CommandResult, Event
from station.core.messages import FrameKey, Numbering
from station.engine.line_link import LineLink

NOTE = Event("engine", "note", "x" * 1000, 0.0)


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def line(run_dir: Path) -> Iterator[Listener]:
    listener = Listener(run_dir / "line.sock")
    yield listener
    listener.close()


@pytest.fixture
def link(run_dir, told, clock) -> Iterator[LineLink]:
    made = LineLink(run_dir / "line.sock", lambda kind, text: told.append((kind, text)), clock)
    yield made
    made.close()


def test_without_a_line_nothing_is_taken_and_nothing_blocks(link, told, clock):
    for _ in range(5):
        assert link.poll() is False
        assert link.send(NOTE) is False
        clock.advance_ms(100)
    assert (link.fileno(), told) == (-1, [])


def test_it_connects_once_the_line_is_there(link, line, clock, told, received):
    assert link.poll() is True
    assert link.poll() is False
    assert link.send(NOTE)
    peer = line.accept()
    assert received(peer) == [NOTE]
    assert [kind for kind, _ in told] == ["note"]
    peer.close()


def test_a_line_that_goes_is_told_once_and_met_again(link, line, clock, told):
    link.poll()
    line.accept().close()
    assert link.poll() is False
    assert link.poll() is False
    assert [kind for kind, _ in told] == ["note", "fault"]
    clock.advance_ms(100)
    assert link.poll() is True


def test_a_line_that_does_not_read_is_dropped(link, line, told, clock):
    link.poll()
    peer = line.accept()
    sent = 0
    while link.send(NOTE):
        sent += 1
    assert sent > 10
    assert "queue is full" in told[-1][1]
    assert link.fileno() == -1
    peer.close()


def test_numbers_belong_to_one_session_and_end_with_the_connection(link, line):
    link.poll()
    peer = line.accept()
    frame = FrameKey(8, 3)
    assert link.part_of(frame) == 0
    peer.send(Numbering(8, 100))
    peer.send(CommandResult("start", True, "not for us"))
    link.poll()
    assert (link.part_of(frame), link.part_of(FrameKey(9, 3))) == (103, 0)
    peer.send(Numbering(0, 0))
    link.poll()
    assert (link.part_of(frame), link.part_of(FrameKey(0, 3))) == (0, 0)
    peer.send(Numbering(8, 100))
    link.poll()
    peer.close()
    link.poll()
    assert link.part_of(frame) == 0


def test_the_last_message_arrives_even_when_the_line_had_spoken(link, line, received):
    link.poll()
    peer = line.accept()
    peer.send(Numbering(8, 100))
    assert link.send(NOTE)
    link.close()
    assert peer.receive() == NOTE
    peer.close()

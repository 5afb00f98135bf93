"""The front desk: questions answered in order, commands checked, strangers' words refused."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.asking import AskEvents
from station.core.authority import ACTIONS
from station.core.badge import Badge, badge_key, issue
from station.core.channel import Channel, connect
from station.core.config import StationConfig
from station.core.errors import ChannelError, StorageError
from station.core.message import Command, CommandResult, Event, Message, Refusal
from station.recorder import clerk as module
from station.recorder.clerk import Clerk
from station.recorder.people import SHIFT_NS
from station.recorder.reading import open_journal
from station.recorder.room import Answered, Room, told
from station.recorder.upgrading import prepare_journal


@pytest.fixture
def window(config: StationConfig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    """A window at the front desk, which knows one question (how often, and a file) and one command."""
    monkeypatch.setitem(module.ANSWERS, AskEvents, answer)
    monkeypatch.setitem(module.COMMANDS, "log-in", log_in)
    prepare_journal(Path(config.recorder.journal))
    clerk = Clerk(config)
    clerk.start()
    channel = connect(config.socket("journal"))
    yield channel
    channel.close()
    clerk.close()


def answer(room: Room, question: AskEvents) -> Answered:
    if question.number == 13:
        raise StorageError("the disk is tired")
    if question.number == 14:
        raise ZeroDivisionError("oh")
    file = os.memfd_create("picture")
    os.write(file, b"PNG")
    return Refusal(question.number, str(room.reader.counts().parts)), file


def log_in(room: Room, command: Command) -> CommandResult:
    told(room, "command", f"{command.what} was here", command.user)
    return CommandResult(command.action, True, command.what)


def reply(window: Channel) -> tuple[Message, bytes]:
    for _ in range(500):
        message, descriptor = window.receive_with_descriptor()
        if message is not None:
            data = b""
            if descriptor is not None:
                data = os.pread(descriptor, 10, 0)
                os.close(descriptor)
            return message, data
        time.sleep(0.01)
    raise AssertionError("no answer in 5 s")


def test_answers_come_in_order_with_their_files(window: Channel) -> None:
    window.send(AskEvents(1))
    window.send(AskEvents(2))
    assert [reply(window), reply(window)] == [(Refusal(1, "0"), b"PNG"), (Refusal(2, "0"), b"PNG")]


def test_a_question_that_fails_is_refused_and_the_desk_stays_open(window: Channel) -> None:
    for number in (13, 14, 1):
        window.send(AskEvents(number))
    first, second, third = (reply(window)[0] for _ in range(3))
    assert first == Refusal(13, f"the disk is tired. {StorageError.advice}")
    assert second == Refusal(14, "could not be answered: oh")
    assert third == Refusal(1, "0")


def test_a_command_is_done_and_written_down(window: Channel, config: StationConfig) -> None:
    window.send(Command("log-in", "ann", "operator", "ann"))
    assert reply(window)[0] == CommandResult("log-in", True, "ann")
    with open_journal(config) as journal:
        assert [one.text for one in journal.audit()] == ["ann was here"]


def test_a_command_that_may_not_be_is_refused_and_written_down(window: Channel, config: StationConfig) -> None:
    window.send(Command("start", "ann", "operator"))
    refused = reply(window)[0]
    assert isinstance(refused, CommandResult)
    assert not refused.done
    assert "unknown to the recorder" in refused.text
    with open_journal(config) as journal:
        (entry,) = journal.audit()
        assert entry.text.startswith("start refused: action 'start' is unknown to the recorder")
        assert entry.user == "ann (claimed)"


def test_a_refused_secret_stands_nowhere_and_a_stranger_does_not_fill_the_trail(
    window: Channel, config: StationConfig
) -> None:
    window.send(Command("x" * 9_000, "u" * 9_000, "operator", "hana", "top-secret-7", badge="BADGE-BYTES"))
    assert isinstance(reply(window)[0], CommandResult)
    with open_journal(config) as journal:
        (entry,) = journal.audit()
        assert len(entry.text) < 400
        assert len(entry.user) < 80
    stored = b"".join(file.read_bytes() for file in Path(config.recorder.journal).parent.glob("journal.sqlite*"))
    assert b"top-secret-7" not in stored
    assert b"BADGE-BYTES" not in stored


def test_who_speaks_out_of_turn_is_shown_the_door(window: Channel, config: StationConfig) -> None:
    stranger = connect(config.socket("journal"))
    stranger.send(Event("gui", "note", "hello", 0.0))
    with pytest.raises(ChannelError):
        reply(stranger)
    stranger.close()
    window.send(AskEvents(1))
    assert reply(window)[0] == Refusal(1, "0")


def test_the_same_key_as_the_line_has(window: Channel, config: StationConfig) -> None:
    assert window
    text = issue(badge_key(config.run_dir), Badge("hana", "engineer", 1 << 62))
    window.send(Command("log-in", "x", "operator", "hana", badge=text))
    assert reply(window)[0] == CommandResult("log-in", True, "hana")


def test_every_command_of_the_recorder_has_somebody_who_does_it() -> None:
    assert {name for name, action in ACTIONS.items() if action.process == "recorder"} - {"log-in"} <= set(
        module.COMMANDS
    )


def test_a_badge_whose_person_may_not_log_in_any_more_is_over(window: Channel, config: StationConfig) -> None:
    text = issue(badge_key(config.run_dir), Badge("sue", "supervisor", time.monotonic_ns() + SHIFT_NS))
    window.send(Command("add-person", "root", "integrator", "sue", "supervisor longlong"))
    window.send(Command("set-active", "root", "integrator", "sue", "no"))
    window.send(Command("add-person", "sue", "supervisor", "eve", "operator 1234", badge=text))
    answers = [reply(window)[0] for _ in range(3)]
    assert [one.done for one in answers if isinstance(one, CommandResult)] == [True, True, False]
    assert answers[2] == CommandResult("add-person", False, "the log-in is over; log in again")

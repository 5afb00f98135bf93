"""Who is connected to line.sock, and who gets what."""

from __future__ import annotations

import socket

import pytest

from station.core.channel import Listener, connect
from station.core.domain import Health, Ledger, Reason, Verdict
from station.core.errors import ChannelError
from station.core.message import Command
from station.core.messages import Counters, EngineStatus, LineStatus, Numbering, PartRecord
from station.line.peers import Peers

STATUS = LineStatus(
    6, "", "", Health.GOOD, "", Health.GOOD, "", Health.GOOD, "cpu", "demo", Counters(), 0, "no"
)  # fmt: skip
ENGINE = EngineStatus(True, "", Health.GOOD, 5, 1, "cpu", "demo", 1, "")
RECORD = PartRecord("a", 1, 7, None, Verdict.PASS, Reason.CLEAN, True, 0.0, 1.0, Ledger(), 0.0)


@pytest.fixture
def path(tmp_path):
    """The meeting point."""
    return tmp_path / "line.sock"


@pytest.fixture
def peers(path):
    """Nobody is connected yet."""
    peers = Peers(Listener(path))
    yield peers
    peers.close()


@pytest.fixture
def join(path):
    """Connects; closed at the end."""
    channels = []

    def connect_one():
        channels.append(connect(path))
        return channels[-1]

    yield connect_one
    for channel in channels:
        channel.close()


def all_of(channel):
    messages = []
    while (message := channel.receive()) is not None:
        messages.append(message)
    return messages


def test_new_window_gets_the_newest_status_at_once(peers, join):
    peers.tell_windows(STATUS)
    window = join()
    assert peers.receive() == ([], False)
    assert all_of(window) == [STATUS]
    peers.tell_windows(RECORD)
    assert all_of(window) == [RECORD]


def test_engine_gets_numbers_and_nothing_of_the_windows(peers, join):
    window, engine = join(), join()
    peers.tell_engine(Numbering(5, 2))
    engine.send(ENGINE)
    messages, gone = peers.receive()
    assert [message for _, message in messages] == [ENGINE]
    assert not gone
    peers.tell_windows(RECORD)
    peers.tell_engine(Numbering(5, 3))
    assert all_of(engine) == [Numbering(5, 2), Numbering(5, 3)]
    assert all_of(window) == [RECORD]


def test_engine_that_leaves_is_gone_once(peers, join):
    engine = join()
    engine.send(ENGINE)
    peers.receive()
    all_of(engine)  # what it leaves unread would reset the connection
    engine.send(ENGINE)
    engine.close()
    messages, gone = peers.receive()
    assert [message for _, message in messages] == [ENGINE]
    assert gone
    assert peers.receive() == ([], False)


def test_newest_engine_is_the_engine(peers, join):
    old, new = join(), join()
    old.send(ENGINE)
    peers.receive()
    new.send(ENGINE)
    peers.receive()
    old.close()
    assert peers.receive() == ([], False)
    peers.tell_engine(Numbering(5, 3))
    assert Numbering(5, 3) in all_of(new)


def test_command_comes_with_the_channel_to_answer(peers, join):
    window = join()
    window.send(Command("start", "ann", "operator"))
    ((channel, message),) = peers.receive()[0]
    peers.answer(channel, message)
    assert all_of(window) == [message]


def test_peer_that_talks_nonsense_is_dropped_alone(peers, join, path):
    window = join()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect(str(path))
        stranger.send(b"GET / HTTP/1.1")
        assert peers.receive() == ([], False)
        assert stranger.recv(10) == b""
    peers.tell_windows(STATUS)
    assert all_of(window) == [STATUS]


def test_window_that_does_not_read_is_not_waited_for(peers, join):
    join()
    peers.receive()
    for _ in range(5000):
        peers.tell_windows(RECORD)


def test_window_that_left_is_forgotten(peers, join):
    join().close()
    peers.receive()
    peers.tell_windows(RECORD)
    assert len(peers.waitables()) == 1


def test_closing_removes_the_meeting_point(peers, join, path):
    window = join()
    peers.receive()
    peers.close()
    assert not path.exists()
    with pytest.raises(ChannelError):
        window.receive()

"""Messages over AF_UNIX: whole or not at all, never blocking, descriptors without leaks, no strangers."""

from __future__ import annotations

import array
import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.core import channel as module
from station.core.channel import MAX_MESSAGE, Channel, Listener, connect, wait_for
from station.core.errors import ChannelError, MessageTooLongError
from station.core.message import CommandResult, Event
from station.core.messages import AnyMessage, Stored

Memfd = Callable[[bytes], int]


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel and the bare socket at its other end."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    channel = Channel(near)
    yield channel, far
    channel.close()
    far.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    made = Listener(tmp_path / "run" / "line.sock")
    yield made
    made.close()


@pytest.fixture
def ends(listener: Listener, tmp_path: Path) -> Iterator[tuple[Channel, Channel]]:
    """Client and server end of one connection."""
    client = connect(tmp_path / "run" / "line.sock")
    server = listener.accept()
    assert server is not None
    yield client, server
    client.close()
    server.close()


@contextlib.contextmanager
def somebody_else(groups: list[int]) -> Iterator[None]:
    """Be user 4242 of group 4245 and of `groups`."""
    before = os.getgroups()
    os.setgroups(groups)
    os.setegid(4245)
    os.seteuid(4242)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_messages_arrive_whole_and_in_order(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    sent: list[AnyMessage] = [Stored(1), Event("line", "note", "日本語", 1.5), CommandResult("start", True, "")]
    assert all(client.send(message) for message in sent)
    assert [server.receive() for _ in range(4)] == [*sent, None]


def test_both_directions(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    server.send(Stored(2))
    assert client.receive() == Stored(2)


def test_descriptor_travels_and_belongs_to_the_receiver(ends: tuple[Channel, Channel], memfd: Memfd) -> None:
    client, server = ends
    descriptor = memfd(b"pixels")
    client.send(Stored(1), descriptor)
    os.close(descriptor)
    message, received = server.receive_with_descriptor()
    assert message == Stored(1)
    assert received is not None
    assert os.pread(received, 10, 0) == b"pixels"
    os.close(received)


def test_unwanted_descriptors_are_closed(ends: tuple[Channel, Channel], memfd: Memfd) -> None:
    client, server = ends
    descriptor = memfd(b"pixels")
    before = open_descriptors()
    for _ in range(5):
        client.send(Stored(1), descriptor)
        assert server.receive() == Stored(1)
    assert open_descriptors() == before
    os.close(descriptor)


def test_no_second_descriptor_gets_in(pair: tuple[Channel, socket.socket], memfd: Memfd) -> None:
    channel, far = pair
    descriptor = memfd(b"")
    before = open_descriptors()
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor, descriptor]))
    far.sendmsg([module._encoder.encode(Stored(1))], [rights])
    assert channel.receive() == Stored(1)
    assert open_descriptors() == before
    os.close(descriptor)


def test_descriptor_of_a_bad_message_is_closed(pair: tuple[Channel, socket.socket], memfd: Memfd) -> None:
    channel, far = pair
    descriptor = memfd(b"")
    before = open_descriptors()
    far.sendmsg([b"\xc1 nonsense"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))])
    with pytest.raises(ChannelError, match="no message of ours"):
        channel.receive_with_descriptor()
    assert open_descriptors() == before
    os.close(descriptor)


def test_nothing_waits(ends: tuple[Channel, Channel]) -> None:
    assert ends[0].receive() is None


def test_a_desk_waits_for_one_kind_and_passes_over_the_others(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    client.send(Event("line", "note", "", 1.0))
    client.send(Stored(7))
    assert wait_for(server, Stored, 5.0) == Stored(7)
    assert wait_for(server, Stored, 0.01) is None
    client.close()
    with pytest.raises(ChannelError, match="closed the connection"):
        wait_for(server, Stored, 5.0)


def test_full_queue_blocks_nobody_and_sends_nothing(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    sent = 0
    while client.send(Stored(sent + 1)):
        sent += 1
    received = []
    while isinstance(message := server.receive(), Stored):
        received.append(message.number)
    assert received == list(range(1, sent + 1))
    assert client.send(Stored(0))


def test_peer_that_closed_is_gone_after_its_last_message(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    client.send(Stored(1))
    client.close()
    client.close()
    assert server.receive() == Stored(1)
    with pytest.raises(ChannelError, match="closed the connection"):
        server.receive()
    with pytest.raises(ChannelError, match="peer is gone"):
        server.send(Stored(1))


def test_too_long_a_message_is_refused_and_the_peer_stays(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    with pytest.raises(MessageTooLongError, match=rf"Event has \d+ bytes, at most {MAX_MESSAGE} fit"):
        client.send(Event("line", "note", "x" * MAX_MESSAGE, 1.0))
    client.send(Stored(1))
    assert server.receive() == Stored(1)


def test_longest_message_fits_the_kernel(ends: tuple[Channel, Channel]) -> None:
    client, server = ends
    message = Event("line", "note", "x" * (MAX_MESSAGE - 100), 1.0)
    assert client.send(message)
    assert server.receive() == message


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x00" * (MAX_MESSAGE + 1), "peer sent more than"),
        (b"hello", "no message of ours"),
        (b"\x82\xa4type\xa5Other\xa1x\x01", "no message of ours"),
        (b"\x82\xa4type\xa6Stored\xa6number\xa1x", "no message of ours"),
    ],
)
def test_what_is_no_message_is_refused(pair: tuple[Channel, socket.socket], data: bytes, text: str) -> None:
    channel, far = pair
    far.send(data)
    with pytest.raises(ChannelError, match=text):
        channel.receive()


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match=r"none\.sock: No such file"):
        connect(tmp_path / "none.sock")


def test_meeting_point_is_for_owner_and_group_and_vanishes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run" / "line.sock"
    listener = Listener(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert listener.accept() is None
    listener.close()
    assert not path.exists()


def test_meeting_point_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "line.sock"
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    dead.bind(str(path))
    dead.close()
    listener = Listener(path)
    client = connect(path)
    server = listener.accept()
    assert server is not None
    for end in (client, server, listener):
        end.close()


@pytest.mark.parametrize("directory", ["x" * 120, "file/run"])
def test_unusable_run_directory_is_told(tmp_path: Path, directory: str) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(ChannelError, match=r"line\.sock: .*; use a shorter or writable run directory"):
        Listener(tmp_path / directory / "line.sock")


def test_kernel_says_who_the_peer_is(pair: tuple[Channel, socket.socket]) -> None:
    assert module._peer_identity(pair[1]) == (os.geteuid(), os.getegid())


@pytest.mark.parametrize(("user", "admitted"), [(0, True), (os.geteuid(), True), (4242, False)])
def test_strangers_are_not_let_in(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, admitted: bool
) -> None:
    monkeypatch.setattr(module, "_peer_identity", lambda _: (user, 4242))
    monkeypatch.setattr(module, "_peer_groups", lambda _, __: {4242})
    client = connect(tmp_path / "run" / "line.sock")
    server = listener.accept()
    assert (server is not None) == admitted
    if server is None:
        with pytest.raises(ChannelError):
            client.receive()
    else:
        assert server.trusted
        server.close()
    client.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize(
    ("groups", "admitted"), [([4243], True), ([4244, 4243], True), ([4244], False)], ids=["own", "among others", "none"]
)
def test_another_user_is_let_in_by_the_group(
    monkeypatch: pytest.MonkeyPatch, groups: list[int], admitted: bool
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)  # another user may enter
        path = Path(directory) / "line.sock"
        listener = Listener(path)
        path.chmod(0o666)  # so that the kernel leaves it to us
        with somebody_else(groups):
            client = connect(path)
        monkeypatch.setattr(os, "getegid", lambda: 4243)
        server = listener.accept()
        assert (server is not None) == admitted
        for end in filter(None, (client, server, listener)):
            end.close()

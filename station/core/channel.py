"""Message channels: AF_UNIX SEQPACKET, one datagram a message, no TCP. Never blocks the sender.

A `Listener` belongs to one process; its peers connect with `connect`. The kernel tells who the peer is
(SO_PEERCRED, SO_PEERGROUPS): only our own user, root and members of our group are let in, as mode 0660 says: the
window runs as another user in group saiken. File descriptors (frames, pictures) travel by SCM_RIGHTS.
"""

from __future__ import annotations

import array
import os
import select
import socket
import struct
import time
from pathlib import Path
from typing import TypeVar

import msgspec

from station.core.errors import ChannelError, MessageTooLongError
from station.core.message import Message
from station.core.messages import AnyMessage

MAX_MESSAGE = 192 * 1024  # bytes; below the kernel's default socket buffer (212,992)
_SO_PEERGROUPS = 59  # asm-generic/socket.h; Python does not name it
_ONE_DESCRIPTOR = socket.CMSG_LEN(4)  # not CMSG_SPACE: its padding lets a second one in, which nobody would close

M = TypeVar("M", bound=Message)

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyMessage] = msgspec.msgpack.Decoder(AnyMessage)


class Channel:
    """One end of a connection; not thread-safe, owned by one thread."""

    def __init__(self, sock: socket.socket, trusted: bool = False) -> None:
        """`trusted`: the peer is root or our own user; what it says about people is believed."""
        sock.setblocking(False)
        self._sock = sock
        self.trusted = trusted

    def fileno(self) -> int:
        """For select and friends; -1 after close."""
        return self._sock.fileno()

    def send(self, message: Message, descriptor: int | None = None) -> bool:
        """Send now or not at all. False = the peer's queue is full and nothing was sent.

        Raises:
            ChannelError: the peer is gone.
            MessageTooLongError: the message exceeds MAX_MESSAGE; nothing was sent.
        """
        data = _encoder.encode(message)
        if len(data) > MAX_MESSAGE:
            text = f"{type(message).__name__} has {len(data)} bytes, at most {MAX_MESSAGE} fit a datagram"
            raise MessageTooLongError(text)
        rights = [] if descriptor is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        try:
            self._sock.sendmsg([data], rights)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            raise ChannelError(f"peer is gone: {error}") from error
        return True

    def receive(self) -> AnyMessage | None:
        """The next message, or None when nothing waits. A descriptor that comes along is closed.

        Raises:
            ChannelError: the peer closed, or sent something that is no message.
        """
        message, descriptor = self.receive_with_descriptor()
        if descriptor is not None:
            os.close(descriptor)
        return message

    def receive_with_descriptor(self) -> tuple[AnyMessage | None, int | None]:
        """Like `receive`; the caller owns (and closes) the file descriptor, if one came along."""
        try:
            data, ancillary, flags, _ = self._sock.recvmsg(MAX_MESSAGE, _ONE_DESCRIPTOR)
        except (BlockingIOError, InterruptedError):
            return None, None
        except OSError as error:
            raise ChannelError(f"peer is gone: {error}") from error
        descriptor = _first_descriptor(ancillary)
        try:
            if not data:
                raise ChannelError("peer closed the connection")
            if flags & socket.MSG_TRUNC:
                raise ChannelError(f"peer sent more than {MAX_MESSAGE} bytes")
            return _decoder.decode(data), descriptor
        except (ChannelError, msgspec.DecodeError) as error:
            if descriptor is not None:
                os.close(descriptor)
            if isinstance(error, ChannelError):
                raise
            raise ChannelError(f"peer sent no message of ours: {error}") from error

    def close(self) -> None:
        """May be called twice."""
        self._sock.close()


class Listener:
    """A named meeting point in the station's run directory, mode 0660.

    Raises:
        ChannelError: the directory cannot be written, or the path is too long for a socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            self._sock.bind(str(path))
        except OSError as error:
            self._sock.close()
            raise ChannelError(f"{path}: {error.strerror or error}; use a shorter or writable run directory") from error
        path.chmod(0o660)
        self._sock.listen(16)
        self._sock.setblocking(False)

    def fileno(self) -> int:
        """For select and friends."""
        return self._sock.fileno()

    def accept(self) -> Channel | None:
        """A new peer, or None when nobody waits (or the one who waits is a stranger)."""
        try:
            peer, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError):
            return None
        user, group = _peer_identity(peer)
        trusted = user in {0, os.geteuid()}
        if not trusted and os.getegid() not in _peer_groups(peer, group):
            peer.close()
            return None
        return Channel(peer, trusted)

    def close(self) -> None:
        """Close and remove the meeting point."""
        self._sock.close()
        self._path.unlink(missing_ok=True)


def connect(path: Path) -> Channel:
    """Connect to a listener.

    Raises:
        ChannelError: nobody listens there.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.setblocking(False)
    try:
        sock.connect(str(path))
    except OSError as error:
        sock.close()
        raise ChannelError(f"{path}: {error.strerror or error}") from error
    return Channel(sock)


def wait_for(channel: Channel, kind: type[M], patience_s: float) -> M | None:
    """The next message of this kind, others are passed over; None when it does not come in time. For a desk: it waits.

    Raises:
        ChannelError: the peer closed, or sent something that is no message.
    """
    end = time.monotonic() + patience_s
    while (left := end - time.monotonic()) > 0:
        message = channel.receive()
        if isinstance(message, kind):
            return message
        if message is None:
            select.select([channel], [], [], left)
    return None


def _first_descriptor(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            return int(struct.unpack("i", data[:4])[0])
    return None


def _peer_identity(peer: socket.socket) -> tuple[int, int]:
    """User and group."""
    _, user, group = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return user, group


def _peer_groups(peer: socket.socket, own: int) -> set[int]:
    """The peer's groups: in a user namespace (PrivateUsers=yes) its user has no number, but our own group keeps it."""
    try:
        others = peer.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, 1024)
    except OSError:  # more than 256 groups, or a kernel before 4.13: nothing is known, so nothing is allowed
        return {own}
    return {own, *array.array("I", others)}

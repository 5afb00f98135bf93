"""The engine's connection to the line process: verdicts and status out, part numbers in. Never blocks."""

from __future__ import annotations

import time
from pathlib import Path

from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.messages import AnyMessage, FrameKey, Numbering
from station.engine.camera.armed import Tell
from station.engine.camera.protocol import Clock

_RETRY_NS = 100_000_000


class LineLink:
    """Owned by the engine's loop, which calls `poll` often."""

    def __init__(self, path: Path, tell: Tell, clock_ns: Clock = time.monotonic_ns) -> None:
        self._path = path
        self._tell = tell
        self._clock_ns = clock_ns
        self._channel: Channel | None = None
        self._numbering = Numbering(0, 0)
        self._retry_ns = 0

    def fileno(self) -> int:
        """For select; -1 while not connected."""
        return self._channel.fileno() if self._channel else -1

    def poll(self) -> bool:
        """Connect when needed and read what the line says; True when it has just been connected."""
        if self._channel is None:
            return self._connect()
        try:
            while (message := self._channel.receive()) is not None:
                if isinstance(message, Numbering):
                    self._numbering = message
        except ChannelError as error:
            self._drop(str(error))
        return False

    def send(self, message: AnyMessage) -> bool:
        """Hand `message` over now. False = nobody took it; a line that does not read is dropped and met anew."""
        if self._channel is None:
            return False
        try:
            if self._channel.send(message):
                return True
            self._drop(f"it refused a {type(message).__name__}, its queue is full")
        except ChannelError as error:
            self._drop(str(error))
        return False

    def part_of(self, frame: FrameKey) -> int:
        """The part's number, or 0 when it is not known."""
        known = self._numbering.session == frame.session and frame.session != 0
        return frame.trigger + self._numbering.offset if known else 0

    def close(self) -> None:
        """Close so that the line still gets all that was sent.

        What we leave unread would reset the connection, and the line would miss our last message.
        """
        self.poll()
        if self._channel:
            self._channel.close()
            self._channel = None

    def _connect(self) -> bool:
        now_ns = self._clock_ns()
        if now_ns < self._retry_ns:
            return False
        self._retry_ns = now_ns + _RETRY_NS
        try:
            self._channel = connect(self._path)
        except ChannelError:
            return False
        self._tell("note", "Connected to the line process")
        return True

    def _drop(self, why: str) -> None:
        if self._channel:
            self._channel.close()
        self._channel, self._numbering = None, Numbering(0, 0)
        self._tell("fault", f"The line process is gone: {why}")

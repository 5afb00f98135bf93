"""The desk's eyes and hands at the running processes: a window without a window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.message import Command, CommandResult
from station.core.messages import LineStatus, PartRecord, Rehearse
from station.core.states import State

_RETRY_S = 0.1


class LineWatch:
    """Follows the line process; connects again whenever it comes back. Never blocks."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._channel: Channel | None = None
        self._retry = 0.0
        self.status: LineStatus | None = None
        self.newest: PartRecord | None = None
        self.answers: list[CommandResult] = []

    @property
    def state(self) -> State | None:
        """What the line said last; None while it is not there."""
        return State(self.status.state) if self.status else None

    def pump(self) -> None:
        """Take what the line has sent."""
        if self._channel is None and not self._connect():
            return
        assert self._channel is not None
        try:
            while (message := self._channel.receive()) is not None:
                if isinstance(message, LineStatus):
                    self.status = message
                elif isinstance(message, PartRecord):
                    self.newest = message
                elif isinstance(message, CommandResult):
                    self.answers.append(message)
        except ChannelError:
            self.close()

    def command(self, action: str) -> bool:
        """Send a command as the supervisor at the desk; False when the line is not there."""
        if self._channel is None:
            return False
        try:
            return self._channel.send(Command(action, user="desk", role="supervisor"))
        except ChannelError:
            self.close()
            return False

    def close(self) -> None:
        """May be called twice."""
        if self._channel:
            self._channel.close()
        self._channel = self.status = None

    def _connect(self) -> bool:
        if self._clock() < self._retry:
            return False
        self._retry = self._clock() + _RETRY_S
        try:
            self._channel = connect(self._path)
        except ChannelError:
            return False
        return True


class EngineDoor:
    """Asks the engine to fail on purpose; throws away what the engine shows meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._channel: Channel | None = None

    def rehearse(self, fault: str, seconds: float) -> bool:
        """Send the request; False when the engine is not there. The connection stays open until it is answered."""
        self.close()
        try:
            self._channel = connect(self._path)
            return self._channel.send(Rehearse(fault, seconds))
        except ChannelError:
            self.close()
            return False

    def pump(self) -> None:
        """Empty the queue, so that the engine does not count us as a slow window."""
        try:
            while self._channel is not None and self._channel.receive() is not None:
                pass
        except ChannelError:
            self.close()

    def close(self) -> None:
        """May be called twice."""
        if self._channel:
            self._channel.close()
        self._channel = None

"""Who is connected to `line.sock`: one engine and any number of windows. Nobody is ever waited for."""

from __future__ import annotations

from station.core.alarms import Alarms
from station.core.channel import Channel, Listener
from station.core.errors import ChannelError
from station.core.messages import AnyMessage, EngineStatus, LineStatus, Numbering, PartRecord, PartVerdict, Signals


class Peers:
    """Accepts, receives and sends; a peer that reports as an engine is the engine, the newest one counts."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._channels: list[Channel] = []
        self._engine: Channel | None = None
        self._newest_status: LineStatus | None = None
        self._numbering = Numbering(0, 0)

    def waitables(self) -> list[Listener | Channel]:
        """For select."""
        return [self._listener, *self._channels]

    def receive(self) -> tuple[list[tuple[Channel, AnyMessage]], bool]:
        """Everything that waits, and whether the engine has gone."""
        while (channel := self._listener.accept()) is not None:
            self._channels.append(channel)
            if self._newest_status is not None:
                self._send(channel, self._newest_status)
        messages: list[tuple[Channel, AnyMessage]] = []
        for channel in list(self._channels):
            messages += self._receive_from(channel)
        gone = self._engine is not None and self._engine not in self._channels
        if gone:
            self._engine = None
        return messages, gone

    def tell_windows(self, message: LineStatus | Signals | Alarms | PartRecord) -> None:
        """Send to everybody but the engine; who does not keep up misses it."""
        if isinstance(message, LineStatus):
            self._newest_status = message
        for channel in list(self._channels):
            if channel is not self._engine:
                self._send(channel, message)

    def tell_engine(self, numbering: Numbering) -> None:
        """Send to the engine, now and when it connects anew."""
        self._numbering = numbering
        if self._engine is not None:
            self._send(self._engine, numbering)

    def answer(self, channel: Channel, message: AnyMessage) -> None:
        """Send to one peer."""
        self._send(channel, message)

    def close(self) -> None:
        """Close all and remove the meeting point."""
        for channel in self._channels:
            channel.close()
        self._channels.clear()
        self._listener.close()

    def _receive_from(self, channel: Channel) -> list[tuple[Channel, AnyMessage]]:
        messages: list[tuple[Channel, AnyMessage]] = []
        try:
            while (message := channel.receive()) is not None:
                if isinstance(message, EngineStatus | PartVerdict) and channel is not self._engine:
                    self._engine = channel
                    self._send(channel, self._numbering)
                messages.append((channel, message))
        except ChannelError:
            self._drop(channel)
        return messages

    def _send(self, channel: Channel, message: AnyMessage) -> None:
        try:
            channel.send(message)
        except ChannelError:
            self._drop(channel)

    def _drop(self, channel: Channel) -> None:
        channel.close()
        if channel in self._channels:
            self._channels.remove(channel)

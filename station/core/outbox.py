"""Deliveries to the recorder that are never lost while this process lives: numbered, repeated, acknowledged.

At most `limit` wait in memory; what does not fit goes to a spill file (append only) and is sent first after the
recorder is back. The recorder ignores what it already has, so repeating is harmless.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import msgspec

from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.messages import Delivery, Event, InspectionRecord, PartRecord, Stored

Record = PartRecord | InspectionRecord | Event

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Delivery)


class Outbox:
    """Owned by one thread, which calls `pump` from its loop. Never blocks."""

    def __init__(self, recorder: Path, spill: Path, limit: int = 4096) -> None:
        self._recorder = recorder
        self._spill = spill
        self._limit = limit
        self._waiting: deque[tuple[Delivery, int | None]] = deque()
        self._sent = 0  # how many of the waiting ones are on their way
        self._number = 0
        self._channel: Channel | None = None
        self._retry_ns = 0
        self.stored_up_to = 0  # number of the newest committed delivery
        self.spilled = 0
        self.shed_pictures = 0
        self._recover_spill()

    def fileno(self) -> int:
        """For select; -1 while not connected."""
        return self._channel.fileno() if self._channel else -1

    def __len__(self) -> int:
        """Deliveries not yet acknowledged, spilled ones included."""
        return len(self._waiting) + self.spilled

    def offer(self, body: Record, picture: int | None = None) -> int:
        """Take a record over, and the descriptor of its picture if any; returns its delivery number."""
        self._number += 1
        if len(self._waiting) >= self._limit:
            self._write_spill(Delivery(self._number, body))
            if picture is not None:
                os.close(picture)
                self.shed_pictures += 1
        else:
            self._waiting.append((Delivery(self._number, body), picture))
        return self._number

    def pump(self, now_ns: int) -> None:
        """Connect, send what waits, take acknowledgements. Call it often."""
        if self._channel is None and not self._connect(now_ns):
            return
        assert self._channel is not None
        try:
            while (message := self._channel.receive()) is not None:
                if isinstance(message, Stored):
                    self._forget(message.number)
            while self._sent < min(len(self._waiting), 256):
                delivery, picture = self._waiting[self._sent]
                if not self._channel.send(delivery, picture):
                    break
                self._sent += 1
        except ChannelError:
            self._channel.close()
            self._channel, self._sent = None, 0
        if not self._waiting and self.spilled:
            self._recover_spill()

    def close(self) -> None:
        """Close; whatever was not acknowledged is spilled to disk for the next start."""
        if self._channel:
            self._channel.close()
            self._channel = None
        for delivery, picture in self._waiting:
            self._write_spill(delivery)
            if picture is not None:
                os.close(picture)
        self._waiting.clear()

    def _connect(self, now_ns: int) -> bool:
        if now_ns < self._retry_ns:
            return False
        self._retry_ns = now_ns + 100_000_000
        try:
            self._channel = connect(self._recorder)
        except ChannelError:
            return False
        self._sent = 0
        return True

    def _forget(self, number: int) -> None:
        while self._waiting and self._sent and self._waiting[0][0].number <= number:
            _, picture = self._waiting.popleft()
            self._sent -= 1
            if picture is not None:
                os.close(picture)
        self.stored_up_to = max(self.stored_up_to, number)

    def _write_spill(self, delivery: Delivery) -> None:
        data = _encoder.encode(delivery)
        self._spill.parent.mkdir(parents=True, exist_ok=True)
        with self._spill.open("ab") as file:
            file.write(len(data).to_bytes(4, "little") + data)
        self.spilled += 1

    def _recover_spill(self) -> None:
        """Take the spilled deliveries back into memory under new numbers; a torn last one is ignored."""
        self.spilled = 0
        if not self._spill.exists():
            return
        data = self._spill.read_bytes()
        at = 0
        while at + 4 <= len(data):
            size = int.from_bytes(data[at : at + 4], "little")
            blob = data[at + 4 : at + 4 + size]
            if len(blob) < size:
                break
            self._number += 1
            self._waiting.append((Delivery(self._number, _decoder.decode(blob).body), None))
            at += 4 + size
        self._spill.unlink()

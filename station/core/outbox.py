"""Deliveries to the recorder that are never lost while this process lives: numbered, repeated, acknowledged.

    offer -> waiting (memory, at most `limit`) -> on their way -> acknowledged by Stored: forgotten
         `-> overflow -> spill file (disk) -> waiting, when there is room

The order is kept: while anything lies on the disk, newer deliveries queue up behind it. Spilled ones stay in the file
until the recorder has them, so a killed process sends them again; the recorder ignores what it already has. When the
disk refuses, the overflow stays in memory and `fault` says why. Pictures wait in memory only: the least valuable ones
are shed first.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from pathlib import Path
from typing import NamedTuple

import msgspec

from station.core.channel import Channel, connect
from station.core.domain import Health
from station.core.errors import ChannelError, MessageTooLongError, StorageError
from station.core.message import Event
from station.core.messages import Delivery, InspectionRecord, PartRecord, RecorderStatus, Stored
from station.core.spill import SpillFile

Record = PartRecord | InspectionRecord | Event

_ON_THE_WAY = 256  # deliveries sent and not acknowledged, at most
_AT_ONCE = 64  # deliveries taken back from the disk in one pump
_RETRY_NS = 100_000_000  # between two attempts to connect
_SILENCE_NS = 3_000_000_000  # the recorder speaks once a second
_TEXT = 4096  # characters kept of an event's text that no datagram holds
_VALUE = {"ng": 2, "border": 1}  # of a picture, by `kept_as`; anything else 0


class _Picture(NamedTuple):
    """A picture that waits with its delivery: a memfd of ours."""

    descriptor: int
    bytes: int
    value: int


class Outbox:
    """Owned by one thread, which calls `pump` from its loop. Never blocks, never raises.

    `spill` belongs to this process alone. `picture_limit` and `picture_bytes` bound the waiting pictures.
    """

    def __init__(
        self, recorder: Path, spill: Path, limit: int = 4096, picture_limit: int = 128, picture_bytes: int = 256 << 20
    ) -> None:
        self._recorder = recorder
        self._limit = limit
        self._picture_limit = picture_limit
        self._picture_bytes = picture_bytes
        self._waiting: deque[Delivery] = deque()  # oldest first; the first `_sent` are on their way
        self._overflow: deque[Delivery] = deque()  # newer than the spill file; empty unless the disk refuses
        self._pictures: dict[int, _Picture] = {}  # by delivery number
        self._sent = 0
        self._channel: Channel | None = None
        self._retry_ns = 0
        self._status = RecorderStatus(Health.CHECK)
        self._status_ns = -_SILENCE_NS
        self.fault = ""  # why the spill file cannot be used now
        self.stored_up_to = 0  # number of the newest committed delivery
        self.shed_pictures = 0
        self.unsendable = 0  # records that no datagram holds
        self._on_disk: set[int] = set()  # numbers of the waiting ones that are in the spill file too
        self._spill: SpillFile | None = None
        try:
            self._spill = SpillFile(spill)
        except StorageError as error:
            self.fault = f"{error}; results wait in memory. {error.advice}"
        self._number = self.spilled  # an earlier process left them

    def fileno(self) -> int:
        """For select; -1 while not connected."""
        return self._channel.fileno() if self._channel else -1

    def __len__(self) -> int:
        """Deliveries not yet acknowledged, spilled ones included."""
        return len(self._waiting) + len(self._overflow) + self.spilled

    @property
    def spilled(self) -> int:
        """Deliveries that lie on the disk only."""
        return self._spill.untaken if self._spill else 0

    def offer(self, body: Record, picture: int | None = None) -> int:
        """Take a record over, and the descriptor of its picture if any; returns its delivery number."""
        self._number += 1
        delivery = Delivery(self._number, body)
        if len(self._waiting) < self._limit and not self.spilled and not self._overflow:
            self._waiting.append(delivery)
            if picture is not None:
                self._keep(picture, body)
            return self._number
        if picture is not None:
            os.close(picture)
            self.shed_pictures += 1
        self._overflow.append(delivery)
        self._spill_overflow()
        return self._number

    def pump(self, now_ns: int) -> None:
        """Connect, send what waits, take acknowledgements. Call it often."""
        if self.spilled or self._overflow:
            self._refill()
        if self._channel is None and not self._connect(now_ns):
            return
        assert self._channel is not None
        try:
            while (message := self._channel.receive()) is not None:
                if isinstance(message, Stored):
                    self._forget(message.number)
                elif isinstance(message, RecorderStatus):
                    self._status, self._status_ns = message, now_ns
            while self._sent < min(len(self._waiting), _ON_THE_WAY) and self._send(self._channel):
                self._sent += 1
        except ChannelError:
            self._channel.close()
            self._channel, self._sent = None, 0

    def recorder_status(self, now_ns: int) -> RecorderStatus:
        """What the recorder said of itself last; silence is a failure."""
        if self._channel is not None and now_ns - self._status_ns < _SILENCE_NS:
            return self._status
        waiting = f"; {len(self)} records wait" if len(self) else ""
        return RecorderStatus(Health.FAILURE, f"the recorder is not there{waiting}", self._status.clock)

    def close(self) -> None:
        """Close; whatever was not acknowledged is spilled to disk for the next start."""
        if self._channel:
            self._channel.close()
            self._channel = None
        for picture in self._pictures.values():
            os.close(picture.descriptor)
        self._pictures.clear()
        self._overflow.extendleft(one for one in reversed(self._waiting) if one.number not in self._on_disk)
        self._waiting.clear()
        self._spill_overflow()
        if self._spill:
            with contextlib.suppress(OSError):
                self._spill.close()

    def _connect(self, now_ns: int) -> bool:
        if now_ns < self._retry_ns:
            return False
        self._retry_ns = now_ns + _RETRY_NS
        try:
            self._channel = connect(self._recorder)
        except ChannelError:
            return False
        self._sent = 0
        return True

    def _send(self, channel: Channel) -> bool:
        delivery = self._waiting[self._sent]
        picture = self._pictures.get(delivery.number)
        try:
            return channel.send(delivery, picture.descriptor if picture else None)
        except MessageTooLongError:
            # It would be refused for ever and hold up all that come after it.
            self.unsendable += 1
            self._waiting[self._sent] = Delivery(delivery.number, _shortened(delivery.body))
            return channel.send(self._waiting[self._sent])

    def _forget(self, number: int) -> None:
        while self._sent and self._waiting[0].number <= number:
            stored = self._waiting.popleft().number
            self._sent -= 1
            self._on_disk.discard(stored)
            if picture := self._pictures.pop(stored, None):
                os.close(picture.descriptor)
        self.stored_up_to = max(self.stored_up_to, number)
        if self._spill and not self._on_disk and not self.spilled:
            try:
                self._spill.remove()
            except OSError as error:
                self.fault = f"the spill file cannot be removed: {error}"

    def _refill(self) -> None:
        """Take some deliveries back, from the disk first; few at a time, the caller is in a hurry."""
        room = min(_AT_ONCE, self._limit - len(self._waiting))
        if self._spill:
            try:
                for delivery in self._spill.take(room):
                    self._waiting.append(delivery)
                    self._on_disk.add(delivery.number)
                    room -= 1
            except OSError as error:
                self.fault = f"the spill file cannot be read: {error}"
        while self._overflow and room > 0 and not self.spilled:
            self._waiting.append(self._overflow.popleft())
            room -= 1
            if not self._overflow:
                self.fault = ""

    def _spill_overflow(self) -> None:
        if self._spill is None:
            return
        try:
            while self._overflow:
                self._spill.append(self._overflow[0])
                self._overflow.popleft()
        except StorageError as error:
            self.fault = f"{error}; {len(self._overflow)} results wait in memory. {error.advice}"
        else:
            self.fault = ""

    def _keep(self, descriptor: int, body: Record) -> None:
        value = _VALUE.get(body.kept_as, 0) if isinstance(body, InspectionRecord) else 0
        self._pictures[self._number] = _Picture(descriptor, os.fstat(descriptor).st_size, value)
        while (
            len(self._pictures) > self._picture_limit
            or sum(one.bytes for one in self._pictures.values()) > self._picture_bytes
        ):
            worst = min(self._pictures, key=lambda number: (self._pictures[number].value, number))
            os.close(self._pictures.pop(worst).descriptor)
            self.shed_pictures += 1


def _shortened(body: Record) -> Record:
    """The same record without what makes it long."""
    if isinstance(body, InspectionRecord):
        return msgspec.structs.replace(body, findings=())
    if isinstance(body, Event):
        return msgspec.structs.replace(body, text=f"{body.text[:_TEXT]} ...")
    return body

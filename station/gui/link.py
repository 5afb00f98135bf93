# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's two connections: to the line (status, records, commands) and to the engine (frames, showings).

Nothing here blocks: `poll` takes what has come and returns. A process that is gone is tried again by itself; one
that is frozen is noticed by its silence. No Qt in here.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.messages import AnyMessage, Command, CommandResult, LineStatus, PartRecord, Ring, Showing
from station.core.ring import FrameRing, RingFrame
from station.gui.news import Answer, StationNews

RETRY_NS = 200_000_000  # between two attempts to connect
SILENCE_NS = 1_500_000_000  # the line speaks five times a second; after this it counts as gone
ANSWER_NS = 2_000_000_000  # a command without a result by then was not heard
BATCH = 256  # messages of one peer in one poll: a flood must not hold the window


class Peer:
    """One connection to another process, made again whenever it breaks."""

    def __init__(self, meeting_point: Path) -> None:
        self._path = meeting_point
        self._channel: Channel | None = None
        self._retry_ns = 0

    @property
    def here(self) -> bool:
        """True while connected."""
        return self._channel is not None

    def poll(self, now_ns: int) -> list[tuple[AnyMessage, int | None]]:
        """What has come since, at most BATCH messages; the caller owns the descriptors that come along."""
        if self._channel is None:
            self._connect(now_ns)
        arrived: list[tuple[AnyMessage, int | None]] = []
        try:
            while self._channel and len(arrived) < BATCH:
                message, descriptor = self._channel.receive_with_descriptor()
                if message is None:
                    break
                arrived.append((message, descriptor))
        except ChannelError:
            self.close()
        return arrived

    def send(self, message: AnyMessage) -> bool:
        """Send now or not at all; False when the peer did not take it."""
        if self._channel is None:
            return False
        try:
            return self._channel.send(message)
        except ChannelError:
            self.close()
            return False

    def close(self) -> None:
        """May be called twice."""
        if self._channel:
            self._channel.close()
            self._channel = None

    def _connect(self, now_ns: int) -> None:
        if now_ns < self._retry_ns:
            return
        self._retry_ns = now_ns + RETRY_NS
        try:
            self._channel = connect(self._path)
        except ChannelError:
            self._channel = None


class StationLink:
    """Fills `news`; `poll` is called by the window's timer, always from the same thread."""

    def __init__(self, line: Path, engine: Path, user: str, role: str = "operator") -> None:
        self.news = StationNews()
        self._line = Peer(line)
        self._engine = Peer(engine)
        self._user = user
        self._role = role
        self._ring: FrameRing | None = None
        self._heard_ns = 0  # newest sign of life of the line
        self._now_ns = 0
        self._waiting: deque[tuple[str, int]] = deque()  # commands sent: action, time

    def poll(self, now_ns: int) -> None:
        """Take everything that has come; `now_ns` is CLOCK_MONOTONIC."""
        self._now_ns = now_ns
        for message, descriptor in self._line.poll(now_ns):
            _discard(descriptor)
            self._heard_ns = now_ns
            self._take_from_line(message)
        for message, descriptor in self._engine.poll(now_ns):
            self._take_from_engine(message, descriptor)
        self._notice_absence(now_ns)

    def send(self, action: str) -> None:
        """Ask the line for "start", "stop", "halt" or "confirm"; `news.answer` says what became of it."""
        if self._line.send(Command(action, self._user, self._role)):
            self._waiting.append((action, self._now_ns))
            self.news.answer = Answer(action, "waiting", "")
        else:
            self.news.answer = Answer(action, "unheard", "")

    def close(self) -> None:
        """May be called twice."""
        self._line.close()
        self._engine.close()
        self._close_ring()

    def _take_from_line(self, message: AnyMessage) -> None:
        if isinstance(message, LineStatus):
            self.news.status = message
        elif isinstance(message, PartRecord):
            self.news.take_record(message)
        elif isinstance(message, CommandResult):
            self._waiting = deque(sent for sent in self._waiting if sent[0] != message.action)
            self.news.answer = Answer(message.action, "done" if message.done else "refused", message.text)

    def _take_from_engine(self, message: AnyMessage, descriptor: int | None) -> None:
        if isinstance(message, Ring) and descriptor is not None:
            self._attach(descriptor)
            return
        _discard(descriptor)
        if isinstance(message, Showing):
            self.news.take_showing(message, self._frame(message.slot_sequence))

    def _attach(self, descriptor: int) -> None:
        self._close_ring()
        try:
            self._ring = FrameRing.attach(descriptor)
        except ValueError:
            os.close(descriptor)

    def _frame(self, sequence: int) -> RingFrame | None:
        return self._ring.read(sequence) if self._ring else None

    def _notice_absence(self, now_ns: int) -> None:
        news = self.news
        news.line_here = self._line.here and now_ns - self._heard_ns < SILENCE_NS
        if not news.line_here:
            news.status = None
        news.engine_here = self._engine.here
        if not news.engine_here:
            self._close_ring()
        while self._waiting and now_ns - self._waiting[0][1] > ANSWER_NS:
            news.answer = Answer(self._waiting.popleft()[0], "unheard", "")

    def _close_ring(self) -> None:
        if self._ring:
            self._ring.close()
            self._ring = None


def _discard(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)

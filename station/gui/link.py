# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's connections: to the line (status, records, commands), the engine (frames, showings) and the recorder
(questions to the journal, labels, log-in).

Nothing here blocks: `poll` takes what has come and returns. A process that is gone is tried again by itself; one
that is frozen is noticed by its silence. No Qt in here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from station.core.alarms import Alarms
from station.core.authority import ACTIONS
from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.message import Command, CommandResult, Message, Question, Refusal, Reply
from station.core.messages import AnyMessage, LineStatus, PartRecord, Ring, Showing, Signals
from station.core.ring import FrameRing, RingFrame
from station.gui.news import Answer, StationNews

RETRY_NS = 200_000_000  # between two attempts to connect
SILENCE_NS = 1_500_000_000  # the line speaks five times a second; after this it counts as gone
ANSWER_NS = 2_000_000_000  # a command without a result by then was not heard
QUESTION_NS = 10_000_000_000  # a question may be long to answer
BATCH = 256  # messages of one peer in one poll: a flood must not hold the window

Then = Callable[[CommandResult], None] | None


class Link(Protocol):
    """What the window needs of `station.gui.link.StationLink`; the screenshots have a still one."""

    news: StationNews

    def poll(self, now_ns: int) -> None:
        """Take what has come; never blocks."""

    def send(self, action: str, what: str = "", value: str = "", seconds: float = 0.0, then: Then = None) -> None:
        """Send a command; the result comes with the news, or to `then` if that is given."""

    def ask(self, question: Question, then: Callable[[Reply, bytes], None]) -> None:
        """Ask the recorder; `then` gets the reply, perhaps a Refusal, and the picture file that came with it."""

    def log_out(self) -> None:
        """Nobody is logged in any more."""

    def close(self) -> None:
        """The window is closed."""


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

    def send(self, message: Message) -> bool:
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


class _Sent(NamedTuple):
    """A command that was sent, and who wants to know."""

    action: str
    at_ns: int
    then: Then


class _Asked(NamedTuple):
    """A question that was asked, and who wants to know."""

    at_ns: int
    then: Callable[[Reply, bytes], None]


class StationLink:
    """Fills `news`; `poll` is called by the window's timer, always from the same thread."""

    def __init__(self, line: Path, engine: Path, journal: Path, user: str, role: str = "operator") -> None:
        """Meeting points, and who asks as long as nobody has logged in."""
        self.news = StationNews()
        self._line = Peer(line)
        self._engine = Peer(engine)
        self._recorder = Peer(journal)
        self._peers = {"line": self._line, "engine": self._engine, "recorder": self._recorder}
        self._nobody = (user, role)
        self._badge = ""
        self._ring: FrameRing | None = None
        self._heard_ns = 0  # newest sign of life of the line
        self._now_ns = 0
        self._waiting: list[_Sent] = []
        self._questions: dict[int, _Asked] = {}
        self._number = 0

    def poll(self, now_ns: int) -> None:
        """Take everything that has come; `now_ns` is CLOCK_MONOTONIC."""
        self._now_ns = self.news.now_ns = now_ns
        for message, descriptor in self._line.poll(now_ns):
            _discard(descriptor)
            self._heard_ns = now_ns
            self._take_from_line(message)
        for message, descriptor in self._engine.poll(now_ns):
            self._take_from_engine(message, descriptor)
        for message, descriptor in self._recorder.poll(now_ns):
            self._take_from_recorder(message, descriptor)
        self._notice_absence(now_ns)

    def send(self, action: str, what: str = "", value: str = "", seconds: float = 0.0, then: Then = None) -> None:
        """Ask the process that executes `action` (`station.core.authority`) to do it.

        The result stands in `news.answer`, or goes to `then` if that is given; not done and "" = nobody answered.
        """
        user, role = (self.news.user, self.news.role) if self._badge else self._nobody
        command = Command(action, user, role, what, value, seconds, self._badge)
        sent = _Sent(action, self._now_ns, then)
        if self._peers[ACTIONS[action].process].send(command):
            self._waiting.append(sent)
            if then is None:
                self.news.answer = Answer(action, "waiting", "")
        else:
            self._unheard(sent)

    def ask(self, question: Question, then: Callable[[Reply, bytes], None]) -> None:
        """Ask the recorder; `then` is called with the reply (or a Refusal) and the picture file that came with it."""
        self._number += 1
        if self._recorder.send(replace(question, number=self._number)):
            self._questions[self._number] = _Asked(self._now_ns, then)
        else:
            then(Refusal(self._number, "the recorder is not there"), b"")

    def log_out(self) -> None:
        """From now on nobody is logged in here."""
        self._badge = ""
        self.news.user, self.news.role = "", "operator"

    def close(self) -> None:
        """May be called twice."""
        for peer in self._peers.values():
            peer.close()
        self._close_ring()

    def _take_from_line(self, message: AnyMessage) -> None:
        if isinstance(message, LineStatus):
            self.news.status = message
        elif isinstance(message, Signals):
            self.news.signals = message
        elif isinstance(message, Alarms):
            self.news.alarms = message
        elif isinstance(message, PartRecord):
            self.news.take_record(message)
        elif isinstance(message, CommandResult):
            self._take_result(message)

    def _take_from_recorder(self, message: AnyMessage, descriptor: int | None) -> None:
        file = b""
        if descriptor is not None:
            file = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            os.close(descriptor)
        if isinstance(message, CommandResult):
            self._take_result(message)
        elif isinstance(message, Reply) and (asked := self._questions.pop(message.number, None)):
            asked.then(message, file)

    def _take_result(self, result: CommandResult) -> None:
        if result.done and result.badge:
            self._badge = result.badge
            self.news.user, self.news.role = result.text, result.role
        sent = next((one for one in self._waiting if one.action == result.action), None)
        if sent:
            self._waiting.remove(sent)
        if sent and sent.then:
            sent.then(result)
        else:
            self.news.answer = Answer(result.action, "done" if result.done else "refused", result.text)

    def _unheard(self, sent: _Sent) -> None:
        if sent.then:
            sent.then(CommandResult(sent.action, False, ""))
        else:
            self.news.answer = Answer(sent.action, "unheard", "")

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
            news.status, news.signals, news.alarms = None, None, None
        news.engine_here = self._engine.here
        news.recorder_here = self._recorder.here
        if not news.engine_here:
            self._close_ring()
        for sent in [one for one in self._waiting if now_ns - one.at_ns > _patience_ns(one.action)]:
            self._waiting.remove(sent)
            self._unheard(sent)
        late = [number for number, asked in self._questions.items() if now_ns - asked.at_ns > QUESTION_NS]
        for number in late:
            self._questions.pop(number).then(Refusal(number, "the recorder does not answer"), b"")

    def _close_ring(self) -> None:
        if self._ring:
            self._ring.close()
            self._ring = None


def _patience_ns(action: str) -> int:
    return QUESTION_NS if ACTIONS[action].slow else ANSWER_NS


def _discard(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)

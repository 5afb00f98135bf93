"""The recorder's loop: many senders, one transaction a batch, an acknowledgement to each when it is on the disk.

    socket -> batch (at most 100 ms, 512 records) -> journal commit -> Stored(number) to each sender
          `-> picture -> queue -> file (thread) -> its row in the next batch

While the disk refuses, nothing more is read: the senders keep what was not acknowledged, and the batch is tried again.
"""

from __future__ import annotations

import fcntl
import logging
import os
import selectors
import sys
import time
from collections.abc import Callable
from pathlib import Path

from station.core.channel import Channel, Listener
from station.core.config import StationConfig
from station.core.domain import Health
from station.core.errors import ChannelError, ConfigError, StorageError
from station.core.message import Event, Message
from station.core.messages import Delivery, InspectionRecord, RecorderStatus, Stored
from station.core.notify import notify
from station.core.wall import WallWatch
from station.recorder.clerk import Clerk
from station.recorder.health import health
from station.recorder.journal import JournalWriter, Record
from station.recorder.pictures import PictureStore
from station.recorder.retention import delete_expired
from station.recorder.rows import Row
from station.recorder.upgrading import prepare_journal

BATCH = 512  # records in one transaction, at most
GATHER_NS = 100_000_000  # the oldest record of a batch waits at most this long
_MS = 1_000_000
_REPORT_NS = 10_000 * _MS  # between two reports of shed pictures
_RETENTION_NS = 3_600_000 * _MS
_DAY_NS = 24 * _RETENTION_NS
_WATCHDOG_NS = 1_000 * _MS
_STATUS_NS = 1_000 * _MS
_CLOCK_NS = 600_000 * _MS  # so long after a jump the wall clock is to be checked
_TROUBLE_NS = 1_000 * _MS  # a shorter one (a lock held by a reader) is no event
_STOPPED = "Recorder stopped"

log = logging.getLogger(__name__)


class Sender:
    """One connected process and how far its deliveries are read and acknowledged."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.read = 0  # numbers of its newest delivery
        self.committed = 0
        self.acknowledged = 0


class Recorder:
    """Owned by the main thread; `step` is one turn of the loop.

    Raises:
        ConfigError: the journal cannot be used; the sentence says why.
        ChannelError: the run directory cannot be used.
    """

    def __init__(
        self,
        config: StationConfig,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clock_ns = clock_ns
        self._wall = wall
        settings = config.recorder
        path = Path(settings.journal)
        self._lock = _lock(path)
        prepare_journal(path)
        self._journal = JournalWriter(path)
        self._pictures = PictureStore(Path(settings.pictures), settings.queue_mib << 20, settings.min_free_mib << 20)
        self._listener = Listener(config.socket("recorder"))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._senders: list[Sender] = []
        self._batch: list[Record] = []
        self._rows: list[Row] = []
        self._batch_since_ns = 0
        self._trouble = ""  # why the newest commit failed
        self._trouble_since_ns = 0
        self._trouble_time = 0.0
        self._due_ns = dict.fromkeys(("report", "retention", "status", "watchdog"), 0)
        self._wall_watch = WallWatch(clock_ns, wall)
        self._clock_doubted_until_ns = 0
        self._clerk = Clerk(config, wall)
        self._clerk.start()
        self._say_started()

    def step(self, timeout_s: float = 0.1) -> None:
        """Wait at most `timeout_s` for records; take, commit and acknowledge what is due."""
        if self._trouble:
            time.sleep(timeout_s)
        else:
            self._take(min(timeout_s, max(self._wait_ns(), 0) / 1e9))
        self._mark_jump()
        self._look_after_pictures()
        if self._wait_ns() <= 0 or len(self._batch) >= BATCH:
            self._commit()
        self._acknowledge()
        if self._is_due("status", _STATUS_NS):
            self._tell_status()
        if self._is_due("watchdog", _WATCHDOG_NS):
            notify("WATCHDOG=1")

    def run(self, stop: Callable[[], bool]) -> None:
        """Serve until `stop`, then finish: nothing that was read is left unwritten if the disk allows."""
        notify("READY=1")
        while not stop():
            self.step()
        notify("STOPPING=1")
        self.finish()

    def finish(self) -> None:
        """Write what has arrived and the waiting pictures (at most five seconds), then close."""
        if not self._trouble:
            self._take(0.0)
        if not self._pictures.flush(5.0):
            log.warning("some pictures are not written: the disk is too slow")
        self._look_after_pictures()
        self._note("note", _STOPPED)
        self._commit()
        self._acknowledge()
        self.close()

    def close(self) -> None:
        """Let go of everything; what was not committed stays with the senders."""
        self._clerk.close()
        self._pictures.close()
        for sender in self._senders:
            sender.channel.close()
        self._listener.close()
        self._selector.close()
        self._journal.close()
        os.close(self._lock)

    def _take(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._welcome()
            else:
                self._read(key.data)

    def _welcome(self) -> None:
        while (channel := self._listener.accept()) is not None:
            sender = Sender(channel)
            self._senders.append(sender)
            self._selector.register(channel, selectors.EVENT_READ, sender)

    def _read(self, sender: Sender) -> None:
        try:
            while len(self._batch) < BATCH:
                message, descriptor = sender.channel.receive_with_descriptor()
                if message is None:
                    return
                try:
                    self._accept(sender, message, descriptor)
                finally:
                    if descriptor is not None:
                        os.close(descriptor)
        except ChannelError:
            self._dismiss(sender)

    def _accept(self, sender: Sender, message: object, descriptor: int | None) -> None:
        if not isinstance(message, Delivery):
            raise ChannelError("a sender sends deliveries only")
        self._start_batch()
        self._batch.append(message.body)
        sender.read = message.number
        if descriptor is not None and isinstance(message.body, InspectionRecord):
            self._pictures.offer(message.body, descriptor)

    def _dismiss(self, sender: Sender) -> None:
        self._selector.unregister(sender.channel)
        sender.channel.close()
        self._senders.remove(sender)

    def _wait_ns(self) -> int:
        """How long the batch may still grow; an empty one for ever."""
        if not self._batch and not self._rows:
            return sys.maxsize
        return self._batch_since_ns + GATHER_NS - self._clock_ns()

    def _start_batch(self) -> None:
        if not self._batch and not self._rows:
            self._batch_since_ns = self._clock_ns()

    def _commit(self) -> None:
        try:
            refused = self._journal.commit(self._batch, self._rows)
        except StorageError as error:
            self._enter_trouble(error)
            return
        self._batch, self._rows = [], []
        for sender in self._senders:
            sender.committed = sender.read
        for sentence in refused:
            log.error(sentence)
            self._note("fault", sentence)
        self._leave_trouble()

    def _acknowledge(self) -> None:
        for sender in list(self._senders):
            if sender.committed > sender.acknowledged and self._tell(sender, Stored(sender.committed)):
                sender.acknowledged = sender.committed

    def _tell_status(self) -> None:
        """Tell every sender how we fare; who does not keep up misses it."""
        jumped = self._clock_ns() < self._clock_doubted_until_ns
        clock = Health.CHECK if jumped else Health.GOOD
        status = RecorderStatus(*health(self._trouble, self._pictures), clock)
        for sender in list(self._senders):
            self._tell(sender, status)

    def _tell(self, sender: Sender, message: Message) -> bool:
        """False when the sender did not take it now."""
        try:
            return sender.channel.send(message)
        except ChannelError:
            self._dismiss(sender)
            return False

    def _enter_trouble(self, error: StorageError) -> None:
        if not self._trouble:
            self._trouble_since_ns, self._trouble_time = self._clock_ns(), self._wall()
        if self._trouble != str(error):
            self._trouble = str(error)
            log.error("%s. %s", error, error.advice)
            notify(f"STATUS={error}")

    def _leave_trouble(self) -> None:
        if not self._trouble:
            return
        lasted_ns = self._clock_ns() - self._trouble_since_ns
        if lasted_ns >= _TROUBLE_NS:
            self._note("fault", self._trouble, self._trouble_time)
            text = f"The journal can be written again after {lasted_ns / 1e9:.1f} s; nothing acknowledged was lost"
            self._note("recovery", text)
            log.warning(text)
        self._trouble = ""
        notify("STATUS=recording")

    def _look_after_pictures(self) -> None:
        rows = self._pictures.take_rows()
        if rows:
            self._start_batch()
            self._rows += rows
        if self._is_due("report", _REPORT_NS) and (shed := self._pictures.take_shed()):
            counts = ", ".join(f"{count} kept as '{kept_as}'" for kept_as, count in sorted(shed.items()))
            cause = self._pictures.fault or "the disk cannot follow"
            self._note("fault", f"Pictures given up: {counts}; results are kept. {cause}")
        if not self._trouble and self._is_due("retention", _RETENTION_NS):
            self._delete_expired()

    def _delete_expired(self) -> None:
        try:
            while sentences := delete_expired(self._journal, self._pictures, self._wall()):
                for sentence in sentences:
                    log.info(sentence)
                    self._note("note", sentence)
        except StorageError as error:
            log.warning("old pictures are not deleted now: %s", error)

    def _mark_jump(self) -> None:
        """A wall clock that was set is written down, and for a day no picture is judged by its date."""
        if jump_s := self._wall_watch.jump_s():
            direction = "forward" if jump_s > 0 else "back"
            self._note("note", f"The wall clock was set {direction} by {abs(jump_s):.0f} s; no interval is taken by it")
            self._due_ns["retention"] = self._clock_ns() + _DAY_NS
            self._clock_doubted_until_ns = self._clock_ns() + _CLOCK_NS

    def _is_due(self, what: str, every_ns: int) -> bool:
        now = self._clock_ns()
        if now < self._due_ns[what]:
            return False
        self._due_ns[what] = now + every_ns
        return True

    def _note(self, kind: str, text: str, time_s: float | None = None) -> None:
        """An event of our own, written with the next batch."""
        self._start_batch()
        self._batch.append(Event("recorder", kind, text, self._wall() if time_s is None else time_s))

    def _say_started(self) -> None:
        newest = self._journal.newest_event("recorder")
        if newest is None or newest.text == _STOPPED:
            self._note("note", "Recorder started")
        else:
            self._note("recovery", "Recorder started again; it was killed or lost its power before")


def _lock(journal: Path) -> int:
    """A descriptor that keeps other recorders away from this journal as long as it is open."""
    path = journal.with_name(journal.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise ConfigError(
            f"recorder.journal = '{journal}': its directory cannot be written: {error.strerror or error}; "
            f"name a directory that the recorder may write to"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise ConfigError(f"recorder.journal = '{journal}': another recorder writes this journal; stop it") from error
    return lock

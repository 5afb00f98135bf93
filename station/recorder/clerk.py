"""The recorder's front desk for windows: answers what they ask of the journal, and does what people may have written.

A thread with its own connections to the journal, so that a question that takes long never holds up a record. Meeting
point `journal.sock`; one turn answers every question that waits, in order.

    Question -> ANSWERS[type](room, question) -> Reply, and perhaps a picture file in a memfd
    Command  -> checked (`station.core.authority`) -> COMMANDS[action](room, command) -> CommandResult
"""

from __future__ import annotations

import logging
import os
import selectors
import threading
import time
from collections.abc import Callable
from pathlib import Path

from station.core.asking import AskEvents
from station.core.authority import Authority
from station.core.badge import badge_key
from station.core.channel import Channel, Listener
from station.core.config import StationConfig
from station.core.counting import AskStatistics
from station.core.errors import ChannelError, MessageTooLongError, StationError
from station.core.message import Command, CommandResult, Question, Refusal
from station.core.people import AskPeople
from station.core.reviewing import AskDefectModes, AskPart, AskParts
from station.recorder import browsing, counting, labelling, people
from station.recorder.counted_table import export_statistics
from station.recorder.happened import answer_events
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Answered, AnswerIt, DoIt, Room, told
from station.recorder.support import make_support
from station.recorder.trail import export_trail

log = logging.getLogger(__name__)


ANSWERS: dict[type[Question], AnswerIt] = {
    AskEvents: answer_events,
    AskPeople: people.answer_people,
    AskParts: browsing.answer_parts,
    AskPart: browsing.answer_part,
    AskStatistics: counting.answer_statistics,
    AskDefectModes: browsing.answer_defect_modes,
}
"""Who answers what; each is a function of a module beside this one."""

COMMANDS: dict[str, DoIt] = {
    "label": labelling.label,
    "unlabel": labelling.unlabel,
    "log-in": people.log_in,
    "add-person": people.add_person,
    "change-role": people.change_role,
    "set-secret": people.set_secret,
    "set-active": people.set_active,
    "export-audit": export_trail,
    "export-statistics": export_statistics,
    "support": make_support,
}
"""Who does what; the actions of `station.core.authority` that name the recorder."""


class Clerk:
    """Made and closed by the recorder; works in a thread between `start` and `close`."""

    def __init__(self, config: StationConfig, wall: Callable[[], float] = time.time) -> None:
        """The journal must be prepared.

        Raises:
            StorageError: the badge key or the journal cannot be used.
            ChannelError: the run directory cannot be used.
        """
        key = badge_key(config.run_dir)
        self._config = config
        self._key = key
        self._wall = wall
        self._authority = Authority("recorder", config.run_dir, config.station.login_required)
        self._listener = Listener(config.socket("journal"))
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)

    def start(self) -> None:
        """Open the front desk."""
        self._thread.start()

    def close(self) -> None:
        """Finish what is being answered, then close."""
        os.write(self._wake_write, b"x")
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _work(self) -> None:
        settings = self._config.recorder
        journal = Path(settings.journal)
        writer, reader = JournalWriter(journal), JournalReader(journal, Path(settings.pictures))
        room = Room(self._config, reader, writer, Path(settings.pictures), self._key, self._wall)
        with writer, reader, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ, None)
            selector.register(self._wake_read, selectors.EVENT_READ, None)
            while not self._turn(selector, room):
                pass
            for key in list(selector.get_map().values()):
                if key.data:
                    key.data.close()

    def _turn(self, selector: selectors.BaseSelector, room: Room) -> bool:
        """Serve everybody who waits; True when it is time to go home."""
        for ready, _ in selector.select():
            if ready.fileobj == self._wake_read:
                return True
            if ready.data is None:
                while (channel := self._listener.accept()) is not None:
                    selector.register(channel, selectors.EVENT_READ, channel)
                continue
            try:
                self._serve(ready.data, room)
            except ChannelError:
                selector.unregister(ready.data)
                ready.data.close()
        return False

    def _serve(self, channel: Channel, room: Room) -> None:
        while (message := channel.receive()) is not None:
            if isinstance(message, Command):
                channel.send(self._execute(room, message, channel.trusted))
            elif isinstance(message, Question):
                self._answer(channel, room, message)
            else:
                raise ChannelError("a window sends questions and commands only")

    def _answer(self, channel: Channel, room: Room, question: Question) -> None:
        answer, descriptor = self._guarded(lambda: ANSWERS[type(question)](room, question), question)
        try:
            channel.send(answer, descriptor)
        except MessageTooLongError:
            channel.send(Refusal(question.number, "the answer is too long; ask for less"))
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _execute(self, room: Room, asked: Command, trusted: bool) -> CommandResult:
        command, refusal = self._authority.judge(asked, trusted, room.clock_ns())
        if command is None:
            # Nothing of it is proved: a stranger neither fills the trail nor writes under somebody's name.
            told(room, "command", f"{asked.action[:64]} refused: {refusal[:300]}", f"{asked.user[:64]} (claimed)")
            return CommandResult(asked.action, False, refusal)
        try:
            return COMMANDS[command.action](room, command)
        except StationError as error:
            return CommandResult(command.action, False, f"{error}. {error.advice}")

    def _guarded(self, answer: Callable[[], Answered], question: Question) -> Answered:
        try:
            return answer()
        except KeyError:
            return Refusal(question.number, f"{type(question).__name__} is no question to the recorder"), None
        except StationError as error:
            return Refusal(question.number, f"{error}. {error.advice}"), None
        except Exception as error:  # one bad question must not end the front desk
            log.exception("%s could not be answered", type(question).__name__)
            return Refusal(question.number, f"could not be answered: {error}"), None

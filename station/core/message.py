"""Bases of everything that travels between two processes; the messages themselves are in `station.core.messages`.

A person's words go one way, as a `Command` that the process which executes it checks and answers by `CommandResult`.
A window's questions go to the recorder, as a `Question` that is answered by a `Reply` of the same number.
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages; the struct's name is its tag on the wire."""


class Event(Message, frozen=True):
    """Something a person may want to know later: state change, fault, recovery, command."""

    source: str  # process
    kind: str  # "state" | "fault" | "recovery" | "command" | "note"
    text: str
    time: float
    user: str = ""


class Question(Message, frozen=True):
    """What a window wants to know of the journal. `number` is the link's: it brings the answer home."""

    number: int = 0


class Reply(Message, frozen=True):
    """Base of all answers to questions; `number` is the question's. A picture file may come with it, in a memfd."""

    number: int = 0


class Refusal(Reply, frozen=True):
    """There is no answer; `text` is one sentence that says why."""

    text: str = ""


class Command(Message, frozen=True):
    """A person's wish. Which action needs which role, and what `what` and `value` mean: `station.core.authority`."""

    action: str
    user: str
    role: str  # "operator" | "supervisor" | "integrator" | "engineer": claimed, believed only with reason
    what: str = ""  # what it is about: an output, an alarm, a part, a recipe
    value: str = ""
    seconds: float = 0.0  # for so long
    badge: str = ""  # proof of user and role, issued by the recorder at log-in (`station.core.badge`)


class CommandResult(Message, frozen=True):
    """What became of it."""

    action: str
    done: bool
    text: str
    badge: str = ""  # log-in only
    role: str = ""  # log-in only: the user's

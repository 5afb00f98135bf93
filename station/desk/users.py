"""`saiken user`: the people who may log in at the window, from the machine itself; how the first integrator is made.

The running recorder does it and writes it into the audit trail. It believes root and the station's own user.
"""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from station.core.channel import Channel, connect, wait_for
from station.core.config import load_config
from station.core.errors import ChannelError, StationError
from station.core.message import Command, CommandResult, Message
from station.core.people import AskPeople, People, check_secret

_PATIENCE_S = 10.0
_Answer = TypeVar("_Answer", bound=Message)


class RecorderSilentError(StationError):
    """The recorder is not there, or does not answer."""

    advice = "Start the station (`saiken run`, or its systemd units) and try again."


def list_people(config: Path) -> int:
    """Print who may log in.

    Raises:
        RecorderSilentError: no running recorder.
    """
    with contextlib.closing(_door(config)) as channel:
        people = _ask(channel, AskPeople(1), People).people
    for person in people:
        state = "" if person.active else "may not log in"
        wait = f"locked for {person.locked_s / 60:.0f} min" if person.locked_s else ""
        print(f"{person.name:<34}{person.role:<12}{state or wait}".rstrip())
    if not people:
        print("nobody yet; make the first with: saiken user add NAME --role integrator")
    return 0


def change(config: Path, action: str, name: str, role: str, read_secret: Callable[[str], str] = getpass.getpass) -> int:
    """Do "add", "role", "secret", "allow" or "forbid"; 1 when the recorder refuses.

    Args:
        config: station.toml.
        action: what.
        name: of the person.
        role: add, role: the person's.
        read_secret: asks at the terminal without echo; otherwise the first line of standard input counts.

    Raises:
        RecorderSilentError: no running recorder.
    """
    secret = ""
    if action in {"add", "secret"}:
        secret = _secret(name, read_secret)
        if action == "add" and (fault := check_secret(secret, role)):
            print(fault, file=sys.stderr)
            return 1
    orders = {
        "add": ("add-person", f"{role} {secret}"),
        "role": ("change-role", role),
        "secret": ("set-secret", secret),
        "allow": ("set-active", "yes"),
        "forbid": ("set-active", "no"),
    }
    order, value = orders[action]
    with contextlib.closing(_door(config)) as channel:
        # Whoever may connect as root or the station's own user could write the journal by hand.
        result = _ask(channel, Command(order, getpass.getuser(), "integrator", name, value), CommandResult)
    print(result.text, file=sys.stdout if result.done else sys.stderr)
    return 0 if result.done else 1


def _secret(name: str, read_secret: Callable[[str], str]) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return read_secret(f"PIN (operators) or password of {name}: ")


def _door(config: Path) -> Channel:
    path = load_config(config).socket("journal")
    try:
        return connect(path)
    except ChannelError as error:
        raise RecorderSilentError(f"no recorder at {path}") from error


def _ask(channel: Channel, message: Message, kind: type[_Answer]) -> _Answer:
    try:
        channel.send(message)
        answer = wait_for(channel, kind, _PATIENCE_S)
    except ChannelError as error:
        raise RecorderSilentError(f"the recorder has gone: {error}") from error
    if answer is None:
        raise RecorderSilentError(f"the recorder does not answer within {_PATIENCE_S:g} s")
    return answer

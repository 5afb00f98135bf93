"""`saiken user`: the people who may log in at the window, from the machine itself; how the first integrator is made.

The running recorder does it and writes it into the audit trail. It believes root and the station's own user.
"""

from __future__ import annotations

import getpass
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from station.core.channel import Channel, connect
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
    with_channel = _door(config)
    try:
        people = _ask(with_channel, AskPeople(1), People).people
    finally:
        with_channel.close()
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
    channel = _door(config)
    try:
        # Whoever may connect as root or the station's own user could write the journal by hand.
        result = _ask(channel, Command(order, getpass.getuser(), "integrator", name, value), CommandResult)
    finally:
        channel.close()
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
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            select.select([channel], [], [], 0.2)
            answer = channel.receive()
            if isinstance(answer, kind):
                return answer
    except ChannelError as error:
        raise RecorderSilentError(f"the recorder has gone: {error}") from error
    raise RecorderSilentError(f"the recorder does not answer within {_PATIENCE_S:g} s")

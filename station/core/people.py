"""The people of a station: questions about them, and the rules that their names and secrets must keep."""

from __future__ import annotations

import msgspec

from station.core.authority import NOBODY
from station.core.message import Question, Reply

LONGEST_NAME = 32
PIN_DIGITS = 4  # at least: an operator has a gloved finger and a few seconds
PASSWORD_LENGTH = 8  # at least: others change what operators cannot
LONGEST_SECRET = 128
MANAGES: dict[str, frozenset[str]] = {  # who may add and change people of which roles
    "supervisor": frozenset({"operator"}),
    "integrator": frozenset({"operator", "supervisor", "integrator", "engineer"}),
}


class Person(msgspec.Struct, frozen=True):
    """Somebody who may log in; never with a secret."""

    name: str
    role: str
    active: bool = True
    locked_s: float = 0.0  # still to wait after too many failures


class AskPeople(Question, frozen=True):
    """All people, by name."""


class People(Reply, frozen=True):
    """Those who may log in first, then those who may not any more."""

    people: tuple[Person, ...] = ()


def check_name(name: str) -> str:
    """Why this cannot be the name of a person; "" if it can."""
    if name == NOBODY:
        return f"'{NOBODY}' is nobody's name"
    if not 1 <= len(name) <= LONGEST_NAME or name != name.strip() or not name.isprintable():
        return f"a name has 1 to {LONGEST_NAME} printable characters, none of them blank at the ends"
    return ""


def check_secret(secret: str, role: str) -> str:
    """Why this cannot be the secret of a person with this role; "" if it can."""
    if len(secret) > LONGEST_SECRET:
        return f"a secret has at most {LONGEST_SECRET} characters"
    if role == "operator" and secret.isascii() and secret.isdigit():
        return "" if len(secret) >= PIN_DIGITS else f"a PIN has at least {PIN_DIGITS} digits"
    if len(secret) < PASSWORD_LENGTH:
        return f"a password has at least {PASSWORD_LENGTH} characters (an operator may have a PIN of digits instead)"
    return ""

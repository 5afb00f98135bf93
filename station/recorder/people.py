"""Who may log in: names, roles and Argon2id hashes in the journal; badges for those who prove who they are.

The work of hashing takes place in the clerk's thread. A name that nobody has costs the same work and gets the same
answer as a wrong secret. After five failures in a row a person waits 1, 2, 4 ... minutes, at most half an hour.
"""

from __future__ import annotations

import math
import sqlite3

import argon2

from station.core.authority import ROLES
from station.core.badge import Badge, issue, void_badges
from station.core.message import Command, CommandResult
from station.core.people import MANAGES, AskPeople, People, Person, check_name, check_secret
from station.recorder.room import Answered, Room, happened

TRIES = 5
SHIFT_NS = 8 * 3_600 * 10**9  # a badge lasts no longer
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60.0, 1_800.0
# RFC 9106's second choice (64 MiB, three passes), with one lane: an embedded computer has other work for its cores.
HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
_WRONG = "name or secret is wrong"
_NOBODY = HASHER.hash("nobody has this secret")


def answer_people(room: Room, question: AskPeople) -> Answered:
    """All people, without their secrets."""
    found = room.reader.select("SELECT * FROM person ORDER BY active DESC, name")
    now = room.wall()
    people = (
        Person(row["name"], row["role"], bool(row["active"]), max(0.0, row["locked_until"] - now)) for row in found
    )
    return People(question.number, tuple(people)), None


def log_in(room: Room, command: Command) -> CommandResult:
    """Check a secret (`value`) of a person (`what`); a badge for eight hours if it is right."""
    row = _person(room, command.what)
    if row is not None and row["locked_until"] > room.wall():
        wait_s = row["locked_until"] - room.wall()
        return _refused(command, f"too many failures; try again in {math.ceil(wait_s / 60)} min")
    right = _is_right(row["secret"] if row else _NOBODY, command.value)
    if row is None or not row["active"] or not right:
        return _refused(command, _fail(room, command.what, row))
    renewed = HASHER.hash(command.value) if HASHER.check_needs_rehash(row["secret"]) else row["secret"]
    room.writer.write(
        "UPDATE person SET failures = 0, locked_until = 0, secret = :secret WHERE name = :name",
        {"secret": renewed, "name": row["name"]},
        happened(room, "command", f"log-in as {row['role']}", row["name"]),
    )
    badge = issue(room.key, Badge(row["name"], row["role"], room.clock_ns() + SHIFT_NS))
    return CommandResult(command.action, True, row["name"], badge, row["role"])


def add_person(room: Room, command: Command) -> CommandResult:
    """`what` = name, `value` = role, a blank, secret. The first of all is an integrator, made on the machine itself."""
    name, (role, _, secret) = command.what, command.value.partition(" ")
    if role not in ROLES:
        return _refused(command, f"role '{role}' is unknown; known: {', '.join(ROLES)}")
    if _person(room, name) is not None:
        return _refused(command, f"there is a person named '{name}' already")
    if fault := _may_manage(command, role) or check_name(name) or check_secret(secret, role):
        return _refused(command, fault)
    room.writer.write(
        "INSERT INTO person (name, role, secret, failures, locked_until, active, time) "
        "VALUES (:name, :role, :secret, 0, 0, 1, :time)",
        {"name": name, "role": role, "secret": HASHER.hash(secret), "time": room.wall()},
        happened(room, "command", f"{role} '{name}' added", command.user),
    )
    return CommandResult(command.action, True, f"{name} may log in as {role}")


def change_role(room: Room, command: Command) -> CommandResult:
    """`what` = name, `value` = the new role. A PIN does not become a password: the person needs a new secret then."""
    row, role = _person(room, command.what), command.value
    if row is None or role not in ROLES:
        return _refused(command, _unknown(command.what) if row is None else f"role '{role}' is unknown")
    if fault := _may_manage(command, row["role"]) or _may_manage(command, role) or _last(room, row, role):
        return _refused(command, fault)
    if row["role"] == "operator" and role != "operator":
        return _refused(command, "a new role needs a password: add the person anew under another name")
    _update(room, command, "role = :new", role, f"'{row['name']}' is {role} now, was {row['role']}")
    return CommandResult(command.action, True, f"{row['name']} is {role} now")


def set_secret(room: Room, command: Command) -> CommandResult:
    """`what` = name, `value` = the new secret. Everybody may change their own; it ends a lock."""
    row = _person(room, command.what)
    if row is None:
        return _refused(command, _unknown(command.what))
    own = command.user == row["name"]
    if fault := ("" if own else _may_manage(command, row["role"])) or check_secret(command.value, row["role"]):
        return _refused(command, fault)
    text = f"'{row['name']}' has a new secret"
    _update(room, command, "secret = :new, failures = 0, locked_until = 0", HASHER.hash(command.value), text)
    return CommandResult(command.action, True, text)


def set_active(room: Room, command: Command) -> CommandResult:
    """`what` = name, `value` = "yes" or "no": may this person log in? Nobody is removed: the journal names them."""
    row = _person(room, command.what)
    if row is None or command.value not in {"yes", "no"}:
        return _refused(command, _unknown(command.what) if row is None else "say yes or no")
    stays = command.value == "yes"
    if fault := _may_manage(command, row["role"]) or ("" if stays else _last(room, row, "")):
        return _refused(command, fault)
    text = f"'{row['name']}' may {'log in again' if stays else 'not log in any more'}"
    _update(room, command, "active = :new, failures = 0, locked_until = 0", stays, text)
    return CommandResult(command.action, True, text)


def _person(room: Room, name: str) -> sqlite3.Row | None:
    found = room.reader.select("SELECT * FROM person WHERE name = ?", (name,))
    return found[0] if found else None


def _is_right(secret_hash: str, secret: str) -> bool:
    try:
        return HASHER.verify(secret_hash, secret)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _fail(room: Room, name: str, row: sqlite3.Row | None) -> str:
    """Count it, lock if it was once too often; what the person hears."""
    told = happened(room, "command", "log-in failed", name[:64])
    if row is None:
        room.writer.commit([told])
        return _WRONG
    failures = row["failures"] + 1
    wait_s = min(_FIRST_WAIT_S * 2.0 ** (failures - TRIES), _LONGEST_WAIT_S) if failures >= TRIES else 0.0
    room.writer.write(
        "UPDATE person SET failures = :failures, locked_until = :until WHERE name = :name",
        {"failures": failures, "until": room.wall() + wait_s if wait_s else 0.0, "name": row["name"]},
        told,
    )
    return f"{_WRONG}; the next try in {wait_s / 60:.0f} min" if wait_s else _WRONG


def _may_manage(command: Command, role: str) -> str:
    """Why this command must not touch people of `role`; "" if it may."""
    if role in MANAGES.get(command.role, ()):
        return ""
    managers = " or ".join(manager for manager, roles in MANAGES.items() if role in roles)
    return f"people with role {role} are managed by role {managers}, not by '{command.role}'"


def _last(room: Room, row: sqlite3.Row, role: str) -> str:
    """Why `row` cannot get another role (or none, ""): somebody must be able to manage people."""
    if row["role"] != "integrator" or role == "integrator" or not row["active"]:
        return ""
    count = room.reader.select("SELECT count(*) AS n FROM person WHERE role = 'integrator' AND active")[0]["n"]
    return "the last integrator must stay; add another one first" if count <= 1 else ""


def _update(room: Room, command: Command, assignment: str, new: str | bool, text: str) -> None:
    row = {"new": new, "time": room.wall(), "name": command.what}
    statement = f"UPDATE person SET {assignment}, time = :time WHERE name = :name"
    room.writer.write(statement, row, happened(room, "command", text, command.user))
    void_badges(
        room.config.run_dir, command.what, room.clock_ns() + SHIFT_NS
    )  # they log in again, as what they are now


def _unknown(name: str) -> str:
    return f"there is nobody named '{name}'"


def _refused(command: Command, text: str) -> CommandResult:
    return CommandResult(command.action, False, text)

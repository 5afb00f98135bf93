"""Log-in, lock-out and who may change whom, on a real journal under a virtual wall clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import argon2
import pytest

from station.core.badge import Badge, read_badge, void_until
from station.core.config import StationConfig
from station.core.message import Command, CommandResult
from station.core.people import AskPeople, People, Person
from station.recorder import people as module
from station.recorder.journal import JournalWriter
from station.recorder.people import SHIFT_NS, TRIES, answer_people
from station.recorder.reading import JournalReader
from station.recorder.room import Room

KEY = b"k" * 32
CHIEF = ("chief", "integrator")
Do = Callable[..., CommandResult]


class Wall:
    """A clock that a test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def room(
    writer: JournalWriter, reader: JournalReader, config: StationConfig, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> Room:
    """With cheap hashes: how dear they are has a test of its own."""
    config.run_dir.mkdir(exist_ok=True)
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(module, "HASHER", cheap)
    monkeypatch.setattr(module, "_NOBODY", cheap.hash("nobody"))
    return Room(config, reader, writer, Path(), KEY, wall=wall, clock_ns=lambda: 5)


@pytest.fixture
def do(room: Room) -> Do:
    """A command as the clerk hands it on: user and role are proved."""

    def execute(action: str, what: str, value: str = "", by: tuple[str, str] = CHIEF) -> CommandResult:
        from station.recorder.clerk import COMMANDS

        return COMMANDS[action](room, Command(action, by[0], by[1], what, value))

    return execute


@pytest.fixture
def staffed(do: Do) -> Do:
    for name, value in (("chief", "integrator longlong"), ("sue", "supervisor longlong"), ("hana", "operator 1234")):
        assert do("add-person", name, value).done
    return do


def listed(room: Room) -> tuple[Person, ...]:
    reply, _ = answer_people(room, AskPeople(3))
    assert isinstance(reply, People)
    return reply.people


def test_a_right_secret_gives_a_badge_for_a_shift(staffed: Do, room: Room) -> None:
    result = staffed("log-in", "sue", "longlong")
    assert (result.done, result.text, result.role) == (True, "sue", "supervisor")
    assert read_badge(KEY, result.badge, 5 + SHIFT_NS - 1) == Badge("sue", "supervisor", 5 + SHIFT_NS)
    assert read_badge(KEY, result.badge, 5 + SHIFT_NS) is None
    assert room.reader.audit()[-1].text == "log-in as supervisor"


def test_wrong_secret_and_unknown_name_sound_alike_and_cost_alike(staffed: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    works = []
    verify = module._is_right
    monkeypatch.setattr(module, "_is_right", lambda *both: works.append(1) or verify(*both))
    answers = [staffed("log-in", name, "9999") for name in ("hana", "nobody")]
    assert [one.text for one in answers] == ["name or secret is wrong"] * 2
    assert not any(one.done or one.badge for one in answers)
    assert len(works) == 2


def test_five_failures_lock_for_longer_and_longer(staffed: Do, wall: Wall, room: Room) -> None:
    for _ in range(TRIES - 1):
        assert staffed("log-in", "hana", "0000").text == "name or secret is wrong"
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        assert staffed("log-in", "hana", "0000").text == f"name or secret is wrong; the next try in {minutes} min"
        assert staffed("log-in", "hana", "1234").text == f"too many failures; try again in {minutes} min"
        wall.now += 40  # what is left of a minute is a minute, not none
        assert "in 0 min" not in staffed("log-in", "hana", "1234").text
        wall.now -= 40
        assert next(one for one in listed(room) if one.name == "hana").locked_s == minutes * 60
        wall.now += minutes * 60 + 1
    assert staffed("log-in", "hana", "1234").done
    assert staffed("log-in", "hana", "0000").text == "name or secret is wrong"  # counted anew


def test_a_failure_is_in_the_audit_trail_without_the_secret(staffed: Do, room: Room) -> None:
    staffed("log-in", "hana", "top-secret-7")
    assert room.reader.audit()[-1].text == "log-in failed"
    assert all("top-secret-7" not in one.text + one.user for one in room.reader.events())


def test_no_secret_stands_anywhere_in_the_journal(staffed: Do, path: Path, room: Room) -> None:
    staffed("set-secret", "sue", "another-one")
    assert room.reader.select("SELECT secret FROM person")[0]["secret"].startswith("$argon2id$")
    stored = b"".join(file.read_bytes() for file in path.parent.glob("journal.sqlite*"))
    assert b"longlong" not in stored
    assert b"another-one" not in stored


def test_old_parameters_are_renewed_at_the_next_log_in(
    staffed: Do, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def secret() -> str:
        return str(room.reader.select("SELECT secret FROM person WHERE name = 'hana'")[0]["secret"])

    before = secret()
    monkeypatch.setattr(module, "HASHER", argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert staffed("log-in", "hana", "1234").done
    assert secret() != before
    assert "t=2" in secret()


@pytest.mark.parametrize(
    ("order", "by", "says"),
    [
        (("add-person", "new", "operator 1234"), ("sue", "supervisor"), ""),
        (("add-person", "new", "supervisor longlong"), ("sue", "supervisor"), "are managed by role integrator"),
        (("add-person", "new", "visitor longlong"), CHIEF, "role 'visitor' is unknown"),
        (("add-person", "hana", "operator 1234"), CHIEF, "there is a person named 'hana' already"),
        (("add-person", " new", "operator 1234"), CHIEF, "printable characters"),
        (("add-person", "new", "engineer short"), CHIEF, "at least 8 characters"),
        (("set-secret", "hana", "4321"), ("hana", "operator"), ""),
        (("set-secret", "sue", "longlonger"), ("hana", "operator"), "are managed by role integrator"),
        (("set-secret", "hana", "4321"), ("sue", "supervisor"), ""),
        (("set-secret", "eve", "4321"), CHIEF, "there is nobody named 'eve'"),
        (("change-role", "sue", "engineer"), CHIEF, ""),
        (("change-role", "sue", "engineer"), ("sue", "supervisor"), "are managed by role integrator"),
        (("change-role", "hana", "supervisor"), CHIEF, "a new role needs a password"),
        (("change-role", "chief", "engineer"), CHIEF, "the last integrator must stay"),
        (("set-active", "chief", "no"), CHIEF, "the last integrator must stay"),
        (("set-active", "hana", "no"), ("sue", "supervisor"), ""),
        (("set-active", "hana", "perhaps"), CHIEF, "say yes or no"),
    ],
)
def test_who_may_change_whom(staffed: Do, order: tuple[str, str, str], by: tuple[str, str], says: str) -> None:
    result = staffed(*order, by)
    assert result.done == (not says), result.text
    assert says in result.text


def test_who_may_not_log_in_any_more_cannot_and_can_again(staffed: Do, room: Room) -> None:
    staffed("set-active", "hana", "no")
    assert not staffed("log-in", "hana", "1234").done
    assert [one.name for one in listed(room)] == ["chief", "sue", "hana"]
    staffed("set-active", "hana", "yes")
    assert staffed("log-in", "hana", "1234").done


def test_the_real_hash_is_dear_and_of_the_right_kind() -> None:
    stored = argon2.PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1).hash("x")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_whoever_was_changed_has_to_log_in_again(staffed: Do, room: Room) -> None:
    def void() -> list[bool]:
        return [void_until(room.config.run_dir, name) == 5 + SHIFT_NS for name in ("sue", "hana", "chief")]

    assert void() == [False] * 3
    staffed("change-role", "sue", "engineer")
    staffed("set-active", "hana", "no")
    assert void() == [True, True, False]
    staffed("set-secret", "chief", "anotherlong")
    assert void() == [True] * 3

"""Who may do what: badges are believed, claims only from our own user, stop and halt from everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.core.authority import ACTIONS, NOBODY, ROLES, Authority, log_in_helps
from station.core.badge import VOID_FILE, Badge, issue, void_badges
from station.core.message import Command

KEY = b"k" * 32


def badge(role: str, until_ns: int = 100) -> str:
    return issue(KEY, Badge("hana", role, until_ns))


@pytest.fixture(autouse=True)
def run_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a key that the tests know; the working directory, so that `judge` finds it."""
    (tmp_path / "badge.key").write_bytes(KEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judge(command: Command, *, trusted: bool = False, login_required: bool = False) -> tuple[Command | None, str]:
    return Authority("line", Path.cwd(), login_required).judge(command, trusted, 50)


def test_a_badge_counts_and_not_what_is_claimed() -> None:
    command = Command("force", "eve", "operator", "gate", badge=badge("integrator"))
    assert judge(command) == (Command("force", "hana", "integrator", "gate"), "")


def test_our_own_processes_are_believed() -> None:
    assert judge(Command("force", "ann", "integrator"), trusted=True) == (Command("force", "ann", "integrator"), "")


def test_somebody_else_without_a_badge_is_an_operator_without_a_name() -> None:
    assert judge(Command("start", "ann", "engineer")) == (Command("start", NOBODY, "operator"), "")
    command, why = judge(Command("force", "ann", "integrator"))
    assert (command, why) == (None, "'force' is for role integrator, not for 'operator'")


def test_where_a_login_is_required_nothing_starts_without() -> None:
    assert judge(Command("start", "ann", "operator"), login_required=True) == (None, "log in first")
    command = Command("start", "ann", "operator", badge=badge("operator"))
    assert judge(command, login_required=True)[0] == Command("start", "hana", "operator")


@pytest.mark.parametrize("action", ["stop", "halt"])
def test_towards_safety_everybody_may(action: str) -> None:
    over = Command(action, "ann", "operator", badge=badge("operator", until_ns=50))
    for command in (over, Command(action, "ann", "operator"), Command(action, "ann", "operator", badge="forged")):
        assert judge(command, login_required=True) == (Command(action, NOBODY, "operator"), "")


@pytest.mark.parametrize("text", ["forged", badge("supervisor", until_ns=50)])
def test_a_badge_that_is_nothing_is_not_replaced_by_a_claim(text: str) -> None:
    assert judge(Command("start", "ann", "engineer", badge=text), trusted=True) == (
        None,
        "the log-in is over; log in again",
    )


def test_what_is_unknown_or_for_another_process_is_refused() -> None:
    assert "known: start" in judge(Command("dance", "ann", "engineer"), trusted=True)[1]
    assert "unknown to the line" in judge(Command("log-in", "ann", "engineer"), trusted=True)[1]
    assert "role 'visitor' is unknown" in judge(Command("start", "eve", "visitor"), trusted=True)[1]


def test_every_action_names_a_process_and_known_roles() -> None:
    for name, action in ACTIONS.items():
        assert action.process in {"line", "engine", "recorder", "teacher"}, name
        assert action.roles and action.roles <= set(ROLES), name


def test_refusals_for_the_role_are_known_as_such() -> None:
    for command in (Command("force", "ann", "operator"), Command("start", "ann", "operator", badge="old")):
        assert log_in_helps(judge(command)[1])
    assert log_in_helps(judge(Command("start", "ann", "operator"), login_required=True)[1])
    assert not log_in_helps("halted; confirm to end the halt first")


def test_a_badge_is_void_once_its_person_changed_and_a_new_one_is_not(run_dir: Path) -> None:
    asked = Command("start", "x", "operator", badge=badge("engineer", until_ns=100))
    void_badges(run_dir, "sue", 1_000)
    assert judge(asked)[0] is not None
    void_badges(run_dir, "hana", 100)
    assert judge(asked) == (None, "the log-in is over; log in again")
    assert judge(Command("start", "x", "operator", badge=badge("operator", until_ns=101)))[0] is not None


def test_a_file_that_cannot_be_read_voids_every_badge(run_dir: Path) -> None:
    (run_dir / VOID_FILE).write_bytes(b"{")
    assert judge(Command("start", "x", "operator", badge=badge("engineer")))[0] is None
    assert judge(Command("stop", "x", "operator", badge=badge("engineer")))[0] is not None

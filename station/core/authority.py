"""Who may do what: one table of all actions, and the check that the executing process makes before it obeys.

Believed is a badge (`station.core.badge`); without one, whoever runs as root or as the station's own user, because such
a process could read the badge key anyway; anybody else is an operator without a name, or nobody at all where a log-in
is required. Towards safety everybody may: stop and halt need nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from station.core.badge import badge_key, read_badge, void_until
from station.core.message import Command

ROLES = ("operator", "supervisor", "integrator", "engineer")
_ALL = frozenset(ROLES)
_LEADING = frozenset({"supervisor", "integrator", "engineer"})
_FREE = frozenset({"stop", "halt", "log-in"})  # for anybody
NOBODY = "not logged in"
_ROLE_IS_MISSING = ("log in", " is for role ", "a supervisor")  # in a refusal, ours or of the line's operation


class Action(NamedTuple):
    """`process` executes it, for people with one of `roles`."""

    process: str  # "line" | "recorder"
    roles: frozenset[str] = _ALL
    slow: bool = False  # it may take seconds: a window waits as long as for a question


ACTIONS: dict[str, Action] = {
    "start": Action("line"),
    "stop": Action("line"),
    "halt": Action("line"),
    "confirm": Action("line"),  # ends a halt; an error needs more than an operator (`station.line.operation`)
    "force": Action("line", frozenset({"integrator"})),  # what: an output; seconds: for so long, 0 = let go
    "lot": Action("line"),  # what: the lot's name
    "acknowledge": Action("line"),  # what: an alarm's id, or "all"
    "shelve": Action("line"),  # what: an alarm's id; seconds; long ones for a supervisor (`station.core.alarms`)
    "unshelve": Action("line"),
    "out-of-service": Action("line", _LEADING),  # what: an alarm's id
    "in-service": Action("line", _LEADING),
    "label": Action("recorder"),  # what: a part's key; value: a label, perhaps a colon and a defect mode
    "unlabel": Action("recorder"),  # what: a part's key; takes back what was said last
    "log-in": Action("recorder"),  # what: user; value: PIN or password
    "add-person": Action("recorder", _LEADING),  # what: name; value: role, a blank, secret
    "change-role": Action("recorder", _LEADING),  # what: name; value: role
    "set-secret": Action("recorder"),  # what: name; value: secret; one's own, or of people whom one manages
    "set-active": Action("recorder", _LEADING),  # what: name; value: "yes" or "no"
    "export-audit": Action("recorder", slow=True),  # write the audit trail as CSV; the result names the file
    "export-statistics": Action("recorder", slow=True),  # what: a period; value: a lot, "" = all; as "export-audit"
    "support": Action("recorder", slow=True),  # write a support bundle; the result names the file
}


def log_in_helps(refusal: str) -> bool:
    """Would somebody who logs in with another role be obeyed?"""
    return any(words in refusal for words in _ROLE_IS_MISSING)


class Authority:
    """Owned by the process that executes commands."""

    def __init__(self, process: str, run_dir: Path, login_required: bool) -> None:
        """`login_required`: without a badge nothing is done, except towards safety.

        Raises:
            StorageError: the badge key in `run_dir` cannot be used.
        """
        self._process = process
        self._run_dir = run_dir
        self._key = badge_key(run_dir)
        self._login_required = login_required

    def judge(self, command: Command, trusted: bool, now_ns: int) -> tuple[Command | None, str]:
        """The command as it may be executed, with proved user and role; or None and why not.

        Args:
            command: as it came.
            trusted: the peer is root or the station's own user.
            now_ns: CLOCK_MONOTONIC.
        """
        action = ACTIONS.get(command.action)
        if action is None or action.process != self._process:
            known = ", ".join(name for name, one in ACTIONS.items() if one.process == self._process)
            return None, f"action '{command.action}' is unknown to the {self._process}; known: {known}"
        proved = self._prove(command, trusted, now_ns)
        if proved is None and command.action not in _FREE:
            return None, "the log-in is over; log in again" if command.badge else "log in first"
        if proved is None:
            proved = replace(command, user=NOBODY, role="operator")
        if proved.role not in ROLES:
            return None, f"role '{proved.role}' is unknown; known: {', '.join(ROLES)}"
        if proved.role not in action.roles:
            allowed = " or ".join(role for role in ROLES if role in action.roles)
            return None, f"'{command.action}' is for role {allowed}, not for '{proved.role}'"
        return replace(proved, badge=""), ""

    def _prove(self, command: Command, trusted: bool, now_ns: int) -> Command | None:
        if command.badge:
            badge = read_badge(self._key, command.badge, now_ns)
            if badge is None or badge.until_ns <= void_until(self._run_dir, badge.user):
                return None
            return replace(command, user=badge.user, role=badge.role)
        if trusted:
            return command
        return None if self._login_required else replace(command, user=NOBODY, role="operator")

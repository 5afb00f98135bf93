"""What the line does and what people want of it: the state machine, moved by what is possible and by commands.

Up it goes step by step, down at once. Error, Halted and a stop for a cause stay until a person ends them, and the first
reason stays. A stop for a cause lets the line go up to Ready, no further.
"""

from __future__ import annotations

from typing import NamedTuple

from station.core.authority import ROLES
from station.core.message import Command
from station.core.states import State, StateMachine
from station.line.supervision import Cause

_WAY_UP = (State.PREOPERATIONAL, State.INITIALIZED, State.READY, State.CONTINUOUS_EXECUTION)
STICKY = (State.ERROR, State.HALTED)


class Trouble(NamedTuple):
    """What keeps the line from producing, and what a person can do about it."""

    text: str = ""
    advice: str = ""


NO_TROUBLE = Trouble()
ADVICE = ("Remove the cause; then a supervisor confirms the error.",)


class Operation:
    """Sans-IO; used by one thread. `follow` tells it what is possible now."""

    def __init__(self, autostart: bool) -> None:
        self._autostart = autostart
        self._machine = StateMachine()
        self._wanted = autostart  # production is wanted
        self._closing = False
        self._ready = False
        self._advice = ""  # for the error
        self._obstacle = NO_TROUBLE
        self._held: Cause | None = None
        self.linked = False  # to the PLC
        self.inputs = 0  # of the PLC; the controller keeps them up to date

    @property
    def state(self) -> State:
        """Where the line stands."""
        return self._machine.state

    @property
    def error(self) -> str:
        """The first reason of an error, "" without one."""
        return self._machine.error

    @property
    def stop_cause(self) -> Cause | None:
        """What the line stopped for, until somebody has dealt with it."""
        return self._held

    @property
    def trouble(self) -> Trouble:
        """The one thing that keeps the line from producing now."""
        if self.state is State.ERROR:
            return Trouble(self.error, self._advice)
        if self.state is State.HALTED:
            return NO_TROUBLE
        if self.state is State.READY and self._held:
            return Trouble(self._held.text, self._held.advice)
        return self._obstacle

    @property
    def closing(self) -> bool:
        """The process ends: there will be no production any more."""
        return self._closing

    def close(self) -> None:
        """The process ends."""
        self._closing = True
        self._wanted = False

    def fail(self, reason: str, advice: str = ADVICE[0]) -> None:
        """Go to Error, for what a person must see; the first reason stays."""
        if self._machine.fail(reason):
            self._advice = advice

    def hold(self, cause: Cause) -> None:
        """Stop for this cause until a person starts again; the first cause stays."""
        self._held = self._held or cause

    def follow(self, linked: bool, ready: bool, obstacle: Trouble) -> None:
        """Move to where the line can be now: `linked` to the PLC, engine `ready`, and no `obstacle` at all."""
        self.linked, self._ready, self._obstacle = linked, ready, obstacle
        while self.state not in STICKY and self.state is not (target := self._reachable()):
            here, there = _WAY_UP.index(self.state), _WAY_UP.index(target)
            self._machine.move(target if there < here else _WAY_UP[here + 1])

    def execute(self, command: Command) -> tuple[bool, str]:
        """Whether it was done, and a sentence for the person and the audit trail; `follow` comes next."""
        if command.role not in ROLES:
            return False, f"role '{command.role}' is unknown; known: {', '.join(ROLES)}"
        if command.action == "start":
            return self._start(command.role)
        if command.action == "stop":
            self._wanted = False
            return True, "production stops"
        if command.action == "halt":
            return self._halt()
        if command.action == "confirm":
            return self._confirm(command.role)
        return False, f"action '{command.action}' is unknown; known: start, stop, halt, confirm"

    def _reachable(self) -> State:
        if not self.linked:
            return State.PREOPERATIONAL
        if not self._ready:
            return State.INITIALIZED
        free = not (self._obstacle.text or self._held or self._closing)
        return State.CONTINUOUS_EXECUTION if self._wanted and free else State.READY

    def _start(self, role: str) -> tuple[bool, str]:
        if self.state is State.ERROR:
            return False, f"error: {self.error}; a supervisor must confirm it first"
        if self.state is State.HALTED:
            return False, "halted; confirm to end the halt first"
        if self._held and self._held.input & self.inputs:
            return False, f"stopped: {self._held.text}; {self._held.advice}"
        if self._held and not self._held.input and role == "operator":
            return False, f"stopped: {self._held.text}; a supervisor must start it again"
        self._held = None
        self._wanted = True
        ready = self._reachable() is State.CONTINUOUS_EXECUTION
        return True, "production starts" if ready else f"production starts when ready: {self._obstacle.text}"

    def _halt(self) -> tuple[bool, str]:
        if self.state is State.ERROR:
            return False, f"error: {self.error}; a supervisor must confirm it first"
        self._wanted = False
        self._machine.move(State.HALTED)
        return True, "halted"

    def _confirm(self, role: str) -> tuple[bool, str]:
        if self.state is State.ERROR and role == "operator":
            return False, "an error is confirmed by a supervisor"
        was = self.state
        if not self._machine.confirm():
            return False, "there is nothing to confirm"
        self._wanted = self._autostart
        return True, "error confirmed" if was is State.ERROR else "halt ended"

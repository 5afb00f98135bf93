"""What the line does and what people want of it: the state machine, moved by what is possible and by commands.

Up it goes step by step, down at once. Error and Halted stay until a person ends them.
"""

from __future__ import annotations

from station.core.messages import Command
from station.core.states import State, StateMachine

_ROLES = ("operator", "supervisor", "integrator", "engineer")
_WAY_UP = (State.PREOPERATIONAL, State.INITIALIZED, State.READY, State.CONTINUOUS_EXECUTION)
STICKY = (State.ERROR, State.HALTED)


class Operation:
    """Sans-IO; used by one thread. `follow` tells it what is possible now."""

    def __init__(self, autostart: bool) -> None:
        self._autostart = autostart
        self._machine = StateMachine()
        self._wanted = autostart  # production is wanted
        self._closing = False
        self.linked = False  # to the PLC
        self._ready = False
        self.obstacle = ""  # what keeps the line from producing, "" if nothing does

    @property
    def state(self) -> State:
        """Where the line stands."""
        return self._machine.state

    @property
    def error(self) -> str:
        """The first reason of an error, "" without one."""
        return self._machine.error

    @property
    def closing(self) -> bool:
        """The process ends: there will be no production any more."""
        return self._closing

    def close(self) -> None:
        """The process ends."""
        self._closing = True
        self._wanted = False

    def fail(self, reason: str) -> None:
        """Go to Error, for what a person must see; the first reason stays."""
        self._machine.fail(reason)

    def follow(self, linked: bool, ready: bool, obstacle: str) -> None:
        """Move to where the line can be now: `linked` to the PLC, engine `ready`; `obstacle` says what is not."""
        self.linked, self._ready, self.obstacle = linked, ready, obstacle
        while self.state not in STICKY and self.state is not (target := self._reachable()):
            here, there = _WAY_UP.index(self.state), _WAY_UP.index(target)
            self._machine.move(target if there < here else _WAY_UP[here + 1])

    def execute(self, command: Command) -> tuple[bool, str]:
        """Whether it was done, and a sentence for the person and the audit trail; `follow` comes next."""
        if command.role not in _ROLES:
            return False, f"role '{command.role}' is unknown; known: {', '.join(_ROLES)}"
        if command.action == "start":
            return self._start()
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
        return State.CONTINUOUS_EXECUTION if self._wanted and not self._closing else State.READY

    def _start(self) -> tuple[bool, str]:
        if self.state is State.ERROR:
            return False, f"error: {self.error}; a supervisor must confirm it first"
        if self.state is State.HALTED:
            return False, "halted; confirm to end the halt first"
        self._wanted = True
        ready = self._reachable() is State.CONTINUOUS_EXECUTION
        return True, "production starts" if ready else f"production starts when ready: {self.obstacle}"

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

"""The station's state machine, with the names of OPC 40100-1 (Machine Vision). One table; an illegal move raises.

Preoperational -> Initialized -> Ready -> ContinuousExecution
any -> Error (sticky until a person confirms), any -> Halted (a person halts; reset leads back)
"""

from __future__ import annotations

from enum import IntEnum

from station.core.errors import StationError


class State(IntEnum):
    """The value is the PLC's state word; ContinuousExecution alone lets a part pass."""

    PREOPERATIONAL = 1  # no PLC handshake yet
    HALTED = 2
    ERROR = 3
    INITIALIZED = 5  # PLC handshake done, engine not ready
    READY = 6  # self-test passed, waiting for Start
    CONTINUOUS_EXECUTION = 8


_FAULTS = frozenset({State.ERROR, State.HALTED})
MOVES: dict[State, frozenset[State]] = {
    State.PREOPERATIONAL: frozenset({State.INITIALIZED}) | _FAULTS,
    State.INITIALIZED: frozenset({State.READY, State.PREOPERATIONAL}) | _FAULTS,
    State.READY: frozenset({State.CONTINUOUS_EXECUTION, State.INITIALIZED, State.PREOPERATIONAL}) | _FAULTS,
    State.CONTINUOUS_EXECUTION: frozenset({State.READY, State.INITIALIZED, State.PREOPERATIONAL}) | _FAULTS,
    State.HALTED: frozenset({State.PREOPERATIONAL, State.ERROR}),
    State.ERROR: frozenset({State.PREOPERATIONAL, State.HALTED}),
}


class IllegalMoveError(StationError, ValueError):
    """The table has no such move: a bug in the caller."""


class StateMachine:
    """Holds the state and the first reason of an error."""

    def __init__(self) -> None:
        self.state = State.PREOPERATIONAL
        self.error = ""

    def move(self, to: State) -> bool:
        """Go to `to`; True when the state changed.

        Raises:
            IllegalMoveError: the table does not allow it.
        """
        if to is self.state:
            return False
        if to not in MOVES[self.state]:
            raise IllegalMoveError(f"no move from {self.state.name} to {to.name}")
        self.state = to
        return True

    def fail(self, reason: str) -> bool:
        """Go to Error and keep the first reason; True when it was not in Error before."""
        if self.state is State.ERROR:
            return False
        self.error = reason
        return self.move(State.ERROR)

    def confirm(self) -> bool:
        """A person confirms the error (or ends a halt): start over from Preoperational."""
        if self.state not in _FAULTS:
            return False
        self.error = ""
        return self.move(State.PREOPERATIONAL)

"""Outputs that an integrator holds by hand to try the wiring: for a limited time, and never while parts are judged.

gate        GATE says PASS: the gate of a remote I/O opens (a PLC that tracks parts itself does not look at it)
stop-belt   REQUEST says "stop the belt"
"""

from __future__ import annotations

from station.core import plc_map
from station.core.message import Command
from station.core.states import State

OUTPUTS = ("gate", "stop-belt")
LONGEST_S = 30.0
_IDLE = frozenset({State.INITIALIZED, State.READY})  # linked, and not producing


class ForcedOutputs:
    """Sans-IO; used by one thread. The caller writes `gate` and `request` to the PLC with each poll."""

    def __init__(self) -> None:
        self._until_ns: dict[str, int] = {}

    @property
    def held(self) -> tuple[str, ...]:
        """Names of the outputs that are held now."""
        return tuple(self._until_ns)

    @property
    def gate(self) -> int:
        """The GATE word."""
        return plc_map.Word.PASS if "gate" in self._until_ns else 0

    @property
    def request(self) -> int:
        """The REQUEST bits."""
        return plc_map.STOP_BELT if "stop-belt" in self._until_ns else 0

    def force(self, command: Command, state: State, now_ns: int) -> tuple[bool, str]:
        """Hold or let go of one output; whether it was done, and a sentence for the person and the audit trail."""
        output, seconds = command.what, command.seconds
        if command.role != "integrator":
            return False, f"outputs are forced by an integrator, not by role '{command.role}'"
        if output not in OUTPUTS:
            return False, f"output '{output}' is unknown; known: {', '.join(OUTPUTS)}"
        if not 0 <= seconds <= LONGEST_S:  # NaN too
            return False, f"seconds = {seconds:g}: 0 (let go) to {LONGEST_S:g}"
        if seconds == 0:
            held = self._until_ns.pop(output, None) is not None
            return held, f"{output} let go" if held else f"{output} is not held"
        if state not in _IDLE:
            return (
                False,
                f"outputs are forced while nothing is produced and the PLC is linked; the line is {state.name}",
            )
        self._until_ns[output] = now_ns + round(seconds * 1e9)
        return True, f"{output} held for {seconds:g} s"

    def tick(self, state: State, now_ns: int) -> list[str]:
        """Let go of what is over: time, or the line began to produce or lost the PLC. Sentences for the journal."""
        over = [output for output, until_ns in self._until_ns.items() if now_ns >= until_ns or state not in _IDLE]
        for output in over:
            del self._until_ns[output]
        return [f"{output} let go" for output in over]

    def next_ns(self) -> int:
        """When `tick` has something to do; far away if nothing is held."""
        return min(self._until_ns.values(), default=1 << 62)

"""What people order, each done by the one who can: the operation, the forced outputs, the parts' series.

The command is checked already (`station.core.authority`): its user and role are proved.
"""

from __future__ import annotations

from station.core.message import Command
from station.line.forcing import ForcedOutputs
from station.line.operation import Operation
from station.line.parts import PartsInFlight
from station.line.series import check_lot


class Orders:
    """Sans-IO; used by one thread."""

    def __init__(self, operation: Operation, forced: ForcedOutputs, parts: PartsInFlight) -> None:
        self._operation = operation
        self._forced = forced
        self._parts = parts

    def execute(self, command: Command, now_ns: int) -> tuple[bool, str]:
        """Whether it was done, and a sentence for the person and the audit trail."""
        if command.action == "force":
            return self._forced.force(command, self._operation.state, now_ns)
        if command.action == "lot":
            return self._change_lot(command.what)
        return self._operation.execute(command)

    def _change_lot(self, lot: str) -> tuple[bool, str]:
        if fault := check_lot(lot):
            return False, fault
        former, self._parts.series = self._parts.series.lot, self._parts.series._replace(lot=lot)
        return True, f"lot '{lot}' after '{former}'"

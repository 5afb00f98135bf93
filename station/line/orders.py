"""What people order, each done by the one who can: the operation, the forced outputs, the parts' series, the
alarms.

The command is checked already (`station.core.authority`): its user and role are proved.
"""

from __future__ import annotations

from collections.abc import Callable

from station.core.message import Command
from station.line.alarms import AlarmBoard
from station.line.forcing import ForcedOutputs
from station.line.operation import Operation
from station.line.parts import PartsInFlight
from station.line.series import check_lot

_OF_ALARMS = frozenset({"acknowledge", "shelve", "unshelve", "out-of-service", "in-service"})


class Orders:
    """Sans-IO; used by one thread."""

    def __init__(
        self,
        operation: Operation,
        forced: ForcedOutputs,
        parts: PartsInFlight,
        alarms: AlarmBoard,
        wall: Callable[[], float],
    ) -> None:
        self._operation = operation
        self._forced = forced
        self._parts = parts
        self._alarms = alarms
        self._wall = wall

    def execute(self, command: Command, now_ns: int) -> tuple[bool, str]:
        """Whether it was done, and a sentence for the person and the audit trail."""
        if command.action == "force":
            return self._forced.force(command, self._operation.state, now_ns)
        if command.action == "lot":
            return self._change_lot(command.what)
        if command.action in _OF_ALARMS:
            return self._alarms.execute(command, now_ns, self._wall())
        return self._operation.execute(command)

    def _change_lot(self, lot: str) -> tuple[bool, str]:
        if fault := check_lot(lot):
            return False, fault
        former, self._parts.series = self._parts.series.lot, self._parts.series._replace(lot=lot)
        return True, f"lot '{lot}' after '{former}'"

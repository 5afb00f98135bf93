"""The whole line logic as one object without input or output: time comes in, bytes and messages go out.

The line process drives it with the real clock and the serial port, the desk's virtual line with a virtual clock and a
simulated PLC. One round of a driver:

    controller.tick(now_ns)
    request = controller.transmit(now_ns)          bytes for the serial line, or None
    controller.receive(answer_bytes, now_ns)       whatever came from the serial line, in any split
    controller.engine_status / part_verdict / engine_gone / command
    for message in controller.take_messages(): ... Numbering -> engine, LineStatus -> windows
    for record in controller.take_records(): ...   PartRecord, Event -> recorder (PartRecord -> windows too)
    sleep until controller.wake_ns(now_ns) or until something arrives
"""

from __future__ import annotations

from collections.abc import Callable

from station.core.config import StationConfig
from station.core.errors import PlcError
from station.core.messages import Command, CommandResult, EngineStatus, Event, LineStatus, Numbering, PartRecord, PartVerdict
from station.core.states import State


class LineController:
    """Owns the state machine, the PLC link and the identity of every part; used by one thread."""

    def __init__(
        self,
        config: StationConfig,
        now_ns: int,
        remembered: tuple[int, int] | None = None,
        wall: Callable[[], float] = lambda: 0.0,
        realtime: str = "",
    ) -> None:
        """`remembered` is (boot id, newest part whose record is stored) of the process before this one, if any."""

    @property
    def state(self) -> State:
        """Where the line stands."""
        raise NotImplementedError

    def port_opened(self, now_ns: int) -> None:
        """The serial port is open: the handshake begins."""
        raise NotImplementedError

    def port_lost(self, error: PlcError, now_ns: int) -> None:
        """The serial port is gone or cannot be opened."""
        raise NotImplementedError

    def transmit(self, now_ns: int) -> bytes | None:
        """The next request for the serial line; None = nothing to send now. What is returned must be sent at once."""
        raise NotImplementedError

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the serial line, in any split."""
        raise NotImplementedError

    def engine_status(self, status: EngineStatus, now_ns: int) -> None:
        """The engine finished a part or an idle self-test."""
        raise NotImplementedError

    def part_verdict(self, verdict: PartVerdict, now_ns: int) -> None:
        """The engine's answer for one frame."""
        raise NotImplementedError

    def engine_gone(self, now_ns: int) -> None:
        """The engine's connection closed."""
        raise NotImplementedError

    def command(self, command: Command, now_ns: int) -> CommandResult:
        """A person's wish, with role checks."""
        raise NotImplementedError

    def tick(self, now_ns: int) -> None:
        """Time passes: answers that did not come, deadlines, heartbeat limits, periodic status."""
        raise NotImplementedError

    def wake_ns(self, now_ns: int) -> int:
        """Call `tick` and `transmit` again at this time at the latest."""
        raise NotImplementedError

    def take_messages(self) -> list[Numbering | LineStatus]:
        """Messages since the last call: Numbering for the engine, LineStatus for windows."""
        raise NotImplementedError

    def take_records(self) -> list[PartRecord | Event]:
        """Records since the last call, for the recorder; a PartRecord also goes to the windows."""
        raise NotImplementedError

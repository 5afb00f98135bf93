"""The whole line logic as one object without input or output: time comes in, bytes and messages go out.

The line process drives it with the real clock and the serial port, the desk's virtual line with a virtual clock and a
simulated PLC. One round of a driver:

    controller.receive(answer_bytes, now_ns)       whatever came from the serial line, in any split
    controller.engine_status / part_verdict / engine_gone / command
    controller.tick(now_ns)
    request = controller.transmit(now_ns)          bytes for the serial line, or None
    for message in controller.take_messages(): ... Numbering -> engine, LineStatus -> windows
    for record in controller.take_records(): ...   PartRecord, Event -> recorder (PartRecord -> windows too)
    sleep until controller.wake_ns(now_ns) or until something arrives

`now_ns` is one monotonic clock, the same that stamps the engine's ledgers, and never goes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace

from station.core import plc_map
from station.core.config import StationConfig
from station.core.domain import DriftState, Health, Reason
from station.core.errors import PlcError, RuntimeFaultError
from station.core.messages import (
    Command,
    CommandResult,
    EngineStatus,
    Event,
    LineStatus,
    Numbering,
    PartRecord,
    PartVerdict,
)
from station.core.states import State, StateMachine
from station.line.link import PlcLink, PlcStatus, Written
from station.line.parts import PartsInFlight
from station.line.timeline import Poll
from station.line.tracker import PartTracker

_MS = 1_000_000
_STATUS_EVERY_NS = 200 * _MS
_ROLES = ("operator", "supervisor", "integrator", "engineer")
_WAY_UP = (State.PREOPERATIONAL, State.INITIALIZED, State.READY, State.CONTINUOUS_EXECUTION)
_STICKY = (State.ERROR, State.HALTED)


class LineController:
    """Owns the state machine, the PLC link and the identity of every part; used by one thread."""

    def __init__(
        self,
        config: StationConfig,
        now_ns: int,
        remembered: tuple[int, int] | None = None,
        wall: Callable[[], float] = time.time,
        realtime: str = "",
    ) -> None:
        """`remembered` is (boot id, newest part whose record is stored) of the process before this one, if any."""
        self._autostart = config.station.autostart
        self._limit_ns = config.line.heartbeat_limit_ms * _MS
        self._wall = wall
        self._realtime = realtime
        self._machine = StateMachine()
        self._link = PlcLink(config.line)
        self._parts = PartsInFlight(config.line, wall)
        self._tracker = PartTracker(config.line, self._parts, remembered)
        self._linked = False  # a poll came since the last handshake
        self._engine: EngineStatus | None = None
        self._engine_ns = 0
        self._wanted = self._autostart  # production is wanted
        self._closing = False
        self._inputs = 0
        self._told = self._machine.state
        self._status_due_ns = now_ns
        self._statuses: list[LineStatus] = []
        self._events: list[Event] = []
        self._link.state_word = self._machine.state

    @property
    def state(self) -> State:
        """Where the line stands."""
        return self._machine.state

    @property
    def synchronised(self) -> bool:
        """True while part numbers of frames are known."""
        return self._tracker.synchronised

    @property
    def plc_knows(self) -> bool:
        """True when the PLC has this state word, or cannot be told."""
        return not self._linked or self._link.told_word == int(self.state)

    @property
    def baseline(self) -> tuple[int, int] | None:
        """(boot id, newest part counted) of the PLC; None before the first poll."""
        return self._tracker.newest

    def port_opened(self, now_ns: int) -> None:
        """The serial port is open: the handshake begins."""
        self._link.port_opened(now_ns)

    def port_lost(self, error: PlcError, now_ns: int) -> None:
        """The serial port is gone or cannot be opened."""
        self._link.port_lost(error, now_ns)
        self._follow(now_ns)

    def transmit(self, now_ns: int) -> bytes | None:
        """The next request for the serial line; None = nothing to send now. What is returned must be sent at once."""
        request = self._link.transmit(now_ns, self._parts.due(now_ns))
        if request is not None:
            self._parts.sent(self._link.slots_on_wire)
        return request

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the serial line, in any split."""
        result = self._link.receive(data, now_ns)
        if isinstance(result, PlcStatus):
            self._polled(result, now_ns)
        elif isinstance(result, Written):
            self._parts.written(result)
        self._follow(now_ns)

    def engine_status(self, status: EngineStatus, now_ns: int) -> None:
        """The engine finished a part or an idle self-test."""
        if self._engine is None:
            self._note("recovery", "engine is there")
        self._engine, self._engine_ns = status, now_ns
        self._tracker.session_started(status.session)
        self._follow(now_ns)

    def part_verdict(self, verdict: PartVerdict, now_ns: int) -> None:
        """The engine's answer for one frame."""
        self._tracker.frame(verdict, now_ns)
        self._follow(now_ns)

    def engine_gone(self, now_ns: int) -> None:
        """The engine's connection closed."""
        self._lose_engine("engine gone: its connection closed")
        self._follow(now_ns)

    def command(self, command: Command, now_ns: int) -> CommandResult:
        """A person's wish: operators start, stop and halt (and end a halt), supervisors confirm an error."""
        done, text = self._execute(command)
        self._note("command", f"{command.action} by {command.role}: {text}", command.user)
        self._follow(now_ns)
        return CommandResult(command.action, done, text)

    def close(self, now_ns: int) -> None:
        """The process ends: fall to a non-producing state and close all parts; keep driving until the PLC knows."""
        self._closing = True
        self._wanted = False
        self._parts.close_all(Reason.NOT_PRODUCING, now_ns)
        self._follow(now_ns)

    def tick(self, now_ns: int) -> None:
        """Time passes: answers that did not come, deadlines, heartbeat limits, periodic status."""
        self._link.tick(now_ns)
        if self._engine is not None and now_ns - self._engine_ns > self._limit_ns:
            self._lose_engine(f"engine gone: no sign of life for {self._limit_ns // _MS} ms")
        self._tracker.tick(now_ns)
        self._parts.expire(now_ns, self._why_no_verdict())
        self._follow(now_ns)
        if now_ns >= self._status_due_ns:
            self._tell_status(now_ns)

    def wake_ns(self, now_ns: int) -> int:
        """Call `tick` and `transmit` again at this time at the latest."""
        times = [self._status_due_ns, self._link.wake_ns(bool(self._parts.due(now_ns))), self._parts.next_ns()]
        if self._engine is not None:
            times.append(self._engine_ns + self._limit_ns + 1)
        return min(times)

    def take_messages(self) -> list[Numbering | LineStatus]:
        """Messages since the last call: Numbering for the engine, LineStatus for windows."""
        messages: list[Numbering | LineStatus] = [*self._tracker.messages, *self._statuses]
        self._tracker.messages.clear()
        self._statuses.clear()
        return messages

    def take_records(self) -> list[PartRecord | Event]:
        """Records since the last call, for the recorder; a PartRecord also goes to the windows."""
        records: list[PartRecord | Event] = [*self._parts.take_records(), *self._events]
        self._events.clear()
        return records

    def _polled(self, status: PlcStatus, now_ns: int) -> None:
        poll = Poll(status.boot, status.count, status.sent_ns, status.answer_ns)
        if not self._linked:
            self._linked = True
            self._tracker.start(poll)
            self._note("recovery", "PLC link up: handshake done, byte order proved")
        elif self._tracker.restarted(status.boot, status.count):
            self._note("fault", f"PLC restarted: boot id {status.boot}, count {status.count}; handshake again")
            self._link.restart(now_ns, "the PLC restarted")
            return
        else:
            self._tracker.poll(poll)
        self._parts.acknowledge(status)
        if status.inputs != self._inputs:
            self._inputs = status.inputs
            self._note("note", f"PLC inputs: {_input_names(status.inputs)}")

    def _follow(self, now_ns: int) -> None:
        """Bring everything in line with what has just happened."""
        if self._linked and not self._link.up:
            self._linked = False
            self._parts.close_all(Reason.LINK_LOST, now_ns)
            self._tracker.link_lost()
            self._note("fault", f"PLC link lost, all parts are rejected: {self._link.detail}")
        for text in self._tracker.notes:
            self._note("fault" if text.startswith("counts differ") else "note", text)
        self._tracker.notes.clear()
        self._move()
        engine = self._engine
        self._link.state_word = int(self.state)
        self._link.alive = engine is not None and engine.ready and self.state not in _STICKY and not self._closing
        self._link.recipe_id = engine.recipe_id if engine else 0
        if self.state is not self._told:
            self._tell_change(now_ns)

    def _move(self) -> None:
        """Move to where the line can be now: up step by step, down at once, to Error for what a person must see."""
        if self._engine is not None and self._engine.fatal:
            self._machine.fail(f"engine: {self._engine.fatal}")
        if self._linked and self._inputs & plc_map.GATE_FAULT:
            self._machine.fail("the PLC reports a gate fault")
        while self.state not in _STICKY and self.state is not (target := self._reachable()):
            here, there = _WAY_UP.index(self.state), _WAY_UP.index(target)
            self._machine.move(target if there < here else _WAY_UP[here + 1])

    def _tell_change(self, now_ns: int) -> None:
        """The state changed: say so; whoever leaves production takes back what is in flight."""
        self._told = self.state
        if self._parts.executing and self.state is not State.CONTINUOUS_EXECUTION:
            self._parts.reject_all(self._why_no_verdict())
        self._parts.executing = self.state is State.CONTINUOUS_EXECUTION
        detail = f": {self._machine.error}" if self.state is State.ERROR else ""
        self._note("state", f"{self.state.name}{detail}")
        self._tell_status(now_ns)

    def _reachable(self) -> State:
        if not self._linked:
            return State.PREOPERATIONAL
        if self._engine is None or not self._engine.ready:
            return State.INITIALIZED
        return State.CONTINUOUS_EXECUTION if self._wanted and not self._closing else State.READY

    def _lose_engine(self, text: str) -> None:
        if self._engine is None:
            return
        self._engine = None
        self._note("fault", text)
        self._parts.reject_all(Reason.ENGINE_GONE)

    def _why_no_verdict(self) -> Reason:
        """The reason of a part that has no verdict now."""
        if self._engine is None:
            return Reason.ENGINE_GONE
        if self._engine.camera is Health.FAILURE:
            return Reason.NO_IMAGE
        return Reason.LATE if self.state is State.CONTINUOUS_EXECUTION else Reason.NOT_PRODUCING

    def _execute(self, command: Command) -> tuple[bool, str]:
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

    def _start(self) -> tuple[bool, str]:
        if self.state is State.ERROR:
            return False, f"error: {self._machine.error}; a supervisor must confirm it first"
        if self.state is State.HALTED:
            return False, "halted; confirm to end the halt first"
        self._wanted = True
        ready = self._reachable() is State.CONTINUOUS_EXECUTION
        return True, "production starts" if ready else f"production starts when ready: {self._obstacle()}"

    def _halt(self) -> tuple[bool, str]:
        if self.state is State.ERROR:
            return False, f"error: {self._machine.error}; a supervisor must confirm it first"
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

    def _obstacle(self) -> str:
        """What keeps the line from producing, "" if nothing does."""
        if not self._linked:
            return f"PLC link: {self._link.detail}"
        if self._engine is None:
            return "the engine is not there"
        return "" if self._engine.ready else f"engine: {self._engine.detail}"

    def _tell_status(self, now_ns: int) -> None:
        self._status_due_ns = now_ns + _STATUS_EVERY_NS
        engine = self._engine
        error = self._machine.error or ("" if self.state is State.HALTED else self._obstacle())
        self._statuses.append(
            LineStatus(
                state=int(self.state),
                error=error,
                advice=self._advice() if error else "",
                plc=Health.GOOD if self._linked else Health.FAILURE,
                plc_detail=self._link.detail,
                engine=_health(engine),
                engine_detail=engine.detail if engine else "the engine is not there",
                camera=engine.camera if engine else Health.CHECK,
                runtime=engine.runtime if engine else "",
                recipe=engine.recipe if engine else "",
                counters=replace(
                    self._parts.counters,
                    mismatches=self._tracker.mismatches,
                    exchanges=self._link.exchanges,
                    link_errors=self._link.errors,
                ),
                inputs=self._inputs,
                realtime=self._realtime,
                drift=engine.drift if engine else DriftState.UNWATCHED,
                drift_detail=engine.drift_detail if engine else "",
            )
        )

    def _advice(self) -> str:
        if self.state is State.ERROR:
            return "Remove the cause; then a supervisor confirms the error."
        return RuntimeFaultError.advice if self._linked else PlcError.advice

    def _note(self, kind: str, text: str, user: str = "") -> None:
        self._events.append(Event("line", kind, text, self._wall(), user))


def _health(engine: EngineStatus | None) -> Health:
    """Of the engine; parts that have drifted ask for maintenance, and production goes on."""
    if engine is None:
        return Health.FAILURE
    if not engine.ready:
        return Health.CHECK
    return Health.MAINTENANCE if engine.drift is DriftState.DRIFTED else Health.GOOD


def _input_names(inputs: int) -> str:
    names = {plc_map.BIN_FULL: "bin full", plc_map.AIR_LOW: "air low", plc_map.GATE_FAULT: "gate fault"}
    return ", ".join(name for bit, name in names.items() if inputs & bit) or "all clear"

"""The whole line logic as one object without input or output: time comes in, bytes and messages go out.

The line process drives it with the real clock and the serial port, the desk's virtual line with a virtual clock and a
simulated PLC. One round of a driver:

    controller.receive(answer_bytes, now_ns)       whatever came from the serial line, in any split
    controller.engine_status / part_verdict / engine_gone / command
    controller.tick(now_ns)
    request = controller.transmit(now_ns)          bytes for the serial line, or None
    for message in controller.take_messages(): ... Numbering -> engine, LineStatus, Signals -> windows
    for record in controller.take_records(): ...   PartRecord, Event -> recorder (PartRecord -> windows too)
    sleep until controller.wake_ns(now_ns) or until something arrives

`now_ns` is one monotonic clock, the same that stamps the engine's ledgers, and never goes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace

from station.core import plc_map
from station.core.alarms import Alarms
from station.core.config import StationConfig
from station.core.domain import Health, Reason
from station.core.errors import PlcError
from station.core.message import Command, CommandResult, Event
from station.core.messages import EngineStatus, LineStatus, Numbering, PartRecord, PartVerdict, RecorderStatus, Signals
from station.core.states import State
from station.line.alarms import AlarmBoard
from station.line.conditions import conditions
from station.line.forcing import ForcedOutputs
from station.line.kept import Kept
from station.line.link import PlcLink, PlcStatus, Written
from station.line.operation import STICKY, Operation
from station.line.orders import Orders
from station.line.parts import PartsInFlight
from station.line.series import Series
from station.line.shift_register import ShiftRegister
from station.line.signals import SignalBoard
from station.line.status import line_status, obstacle_of, other_recipe
from station.line.supervision import Cause, Supervision
from station.line.timeline import Poll
from station.line.tracker import PartTracker

_MS = 1_000_000
_STATUS_EVERY_NS = 200 * _MS


class LineController:
    """Owns the operation, the PLC link and the identity of every part; used by one thread."""

    def __init__(
        self,
        config: StationConfig,
        now_ns: int,
        remembered: tuple[int, int] | None = None,
        wall: Callable[[], float] = time.time,
        realtime: str = "",
        *,
        kept: Kept = Kept(),  # noqa: B008  # frozen
    ) -> None:
        """`remembered` is (boot id, newest part whose record is stored) of the process before this one, if any.

        `kept` is what people had told that process.
        """
        self._limit_ns = config.line.heartbeat_limit_ms * _MS
        self._wall = wall
        self._realtime = realtime
        self._operation = Operation(config.station.autostart)
        self._link = PlcLink(config.line)
        self._parts = PartsInFlight(config.line, wall)
        self._tracker = PartTracker(config.line, self._parts, remembered)
        self._register = ShiftRegister(config.line, self._parts) if config.line.tracking != "plc" else None
        self._board = SignalBoard()
        self._forced = ForcedOutputs()
        self._alarms = AlarmBoard(kept.alarms, now_ns, wall())
        self._told_alarms = self._alarms.message()  # newest
        self._parts.series = Series(lot=kept.lot)
        self._orders = Orders(self._operation, self._forced, self._parts, self._alarms, wall)
        self._recorder = RecorderStatus(Health.CHECK)
        self._linked = False  # a poll came since the last handshake
        self._engine: EngineStatus | None = None
        self._engine_ns = 0
        self._newest: PlcStatus | None = None  # poll, while the PLC is linked
        self._supervision: Supervision | None = None  # None until an engine told the recipe
        self._told = self.state
        self._status_due_ns = now_ns
        self._statuses: list[LineStatus | Signals | Alarms] = []
        self._records: list[PartRecord] = []
        self._events: list[Event] = []
        self._link.state_word = int(self.state)

    @property
    def state(self) -> State:
        """Where the line stands."""
        return self._operation.state

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

    @property
    def stop_cause(self) -> Cause | None:
        """What production stopped for, until a person starts it again."""
        return self._operation.stop_cause

    @property
    def kept(self) -> Kept:
        """What people have told this process, for the next one; alarms as the windows were told last."""
        return Kept(self._parts.series.lot, self._told_alarms.alarms)

    def stay_stopped(self, cause: Cause) -> None:
        """The process before this one had stopped for this cause."""
        self._operation.hold(cause)

    def port_opened(self, now_ns: int) -> None:
        """The serial port is open: the handshake begins."""
        self._link.port_opened(now_ns)

    def port_lost(self, error: PlcError, now_ns: int) -> None:
        """The serial port is gone or cannot be opened."""
        self._link.port_lost(error, now_ns)
        self._follow(now_ns)

    def transmit(self, now_ns: int) -> bytes | None:
        """The next request for the serial line; None = nothing to send now. What is returned must be sent at once."""
        if self._register:
            word = self._register.word(now_ns) if self._linked else plc_map.Word.REJECT
            self._link.gate = self._forced.gate or word
        request = self._link.transmit(now_ns, self._parts.due(now_ns))
        if request is not None:
            self._parts.sent(self._link.slots_on_wire)
            if self._register and self._linked:
                self._register.sent(self._link.gate, now_ns)
        return request

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the serial line, in any split."""
        result = self._link.receive(data, now_ns)
        if isinstance(result, PlcStatus):
            self._polled(result, now_ns)
        elif isinstance(result, Written):
            self._parts.written(result)
            self._board.written(result)
        self._follow(now_ns)

    def engine_status(self, status: EngineStatus, now_ns: int) -> None:
        """The engine finished a part or an idle self-test."""
        if self._engine is None:
            self._note("recovery", "engine is there")
        self._engine, self._engine_ns = status, now_ns
        self._parts.series = self._parts.series._replace(recipe=status.recipe)
        known = self._supervision.spec if self._supervision else None
        if status.recipe_id and status.supervision != known:
            self._supervision = Supervision(status.supervision)
            if self._newest:
                self._supervision.polled(self._newest)
        self._tracker.session_started(status.session)
        self._follow(now_ns)

    def part_verdict(self, verdict: PartVerdict, now_ns: int) -> None:
        """The engine's answer for one frame."""
        self._tracker.frame(verdict, now_ns)
        self._follow(now_ns)

    def recorder_status(self, status: RecorderStatus) -> None:
        """How the recorder fares, or that it is gone."""
        self._recorder = status

    def engine_gone(self, now_ns: int) -> None:
        """The engine's connection closed."""
        self._lose_engine("engine gone: its connection closed")
        self._follow(now_ns)

    def command(self, command: Command, now_ns: int) -> CommandResult:
        """A person's wish: operators start, stop and halt (and end a halt), supervisors confirm an error."""
        done, text = self._orders.execute(command, now_ns)
        self._note("command", f"{command.action} by {command.role}: {text}", command.user)
        self._follow(now_ns)
        return CommandResult(command.action, done, text)

    def refuse(self, command: Command, text: str) -> CommandResult:
        """Whoever asks for this may not."""
        # Nothing of it is proved: a stranger neither fills the trail nor writes under somebody's name.
        self._note("command", f"{command.action[:64]} refused: {text[:300]}", f"{command.user[:64]} (claimed)")
        return CommandResult(command.action, False, text)

    def close(self, now_ns: int) -> None:
        """The process ends: fall to a non-producing state and close all parts; keep driving until the PLC knows."""
        self._operation.close()
        self._parts.close_all(Reason.NOT_PRODUCING, now_ns)
        self._follow(now_ns)

    def tick(self, now_ns: int) -> None:
        """Time passes: answers that did not come, deadlines, heartbeat limits, periodic status."""
        self._link.tick(now_ns)
        if self._engine is not None and now_ns - self._engine_ns > self._limit_ns:
            self._lose_engine(f"engine gone: no sign of life for {self._limit_ns // _MS} ms")
        self._tracker.tick(now_ns)
        for text in self._forced.tick(self.state, now_ns):
            self._note("command", text)
        self._parts.expire(now_ns, self._why_no_verdict())
        self._follow(now_ns)
        if now_ns >= self._status_due_ns:
            self._tell_status(now_ns)

    def wake_ns(self, now_ns: int) -> int:
        """Call `tick` and `transmit` again at this time at the latest."""
        times = [self._status_due_ns, self._forced.next_ns(), self._parts.next_ns()]
        times.append(self._link.wake_ns(bool(self._parts.due(now_ns))))
        if self._engine is not None:
            times.append(self._engine_ns + self._limit_ns + 1)
        return min(times)

    def take_messages(self) -> list[Numbering | LineStatus | Signals | Alarms]:
        """Messages since the last call: Numbering for the engine, the others for windows."""
        messages: list[Numbering | LineStatus | Signals | Alarms] = [*self._tracker.messages, *self._statuses]
        self._tracker.messages.clear()
        self._statuses.clear()
        return messages

    def take_records(self) -> list[PartRecord | Event]:
        """Records since the last call, for the recorder; a PartRecord also goes to the windows."""
        records: list[PartRecord | Event] = [*self._records, *self._parts.take_records(), *self._events]
        self._records.clear()
        self._events.clear()
        return records

    def _polled(self, status: PlcStatus, now_ns: int) -> None:
        poll = Poll(status.boot, status.count, status.sent_ns, status.answer_ns, self._link.program_ns)
        self._board.polled(status)
        if not self._linked:
            self._linked = True
            self._tracker.start(poll)
            if self._register:
                self._register.start(status, poll.count)
            self._note("recovery", "PLC link up: handshake done, byte order proved")
        elif self._tracker.restarted(status.boot, status.count):
            self._note("fault", f"PLC restarted: boot id {status.boot}, count {status.count}; handshake again")
            self._link.restart(now_ns, "the PLC restarted")
            return
        else:
            self._tracker.poll(poll)
            if self._register and (newest := self._tracker.newest):
                self._register.polled(status, newest[1])
        self._parts.acknowledge(status)
        if self._supervision:
            self._supervision.polled(status)
        asked, self._newest = self._wanted, status
        if status.wanted != asked:
            differs = other_recipe(self._engine, status.wanted)
            self._note("fault" if differs else "note", differs or f"the PLC asks for recipe 0x{status.wanted:08X}")
        if status.inputs != self._operation.inputs:
            self._operation.inputs = status.inputs
            self._note("note", f"PLC inputs: {plc_map.input_names(status.inputs)}")

    def _follow(self, now_ns: int) -> None:
        """Bring everything in line with what has just happened."""
        if self._linked and not self._link.up:
            self._linked = False
            self._parts.close_all(Reason.LINK_LOST, now_ns)
            self._tracker.link_lost()
            self._board.clear()
            self._newest = None
            if self._supervision:
                self._supervision.restart()
            self._note("fault", f"PLC link lost, all parts are rejected: {self._link.detail}")
        for source in (self._tracker, self._register):
            for text in source.notes if source else ():
                self._note("fault" if text.endswith("rejected") else "note", text)
                if self._supervision and text.startswith("counts differ"):
                    self._supervision.mismatch()
            if source:
                source.notes.clear()
        self._supervise()
        self._move()
        engine = self._engine
        self._link.state_word = int(self.state)
        self._link.alive = (
            engine is not None and engine.ready and self.state not in STICKY and not self._operation.closing
        )
        self._link.recipe_id = engine.recipe_id if engine else 0
        self._link.request = self._forced.request | (plc_map.STOP_BELT if self.stop_cause else 0)
        if not self._register:
            self._link.gate = self._forced.gate
        if self.state is not self._told:
            self._tell_change(now_ns)

    def _supervise(self) -> None:
        """Take the closed parts, and do what the recipe asks for when too many of them are wrong."""
        if other_recipe(self._engine, self._wanted):
            self._parts.reject_all(Reason.WRONG_RECIPE)
        records = self._parts.take_records()
        self._records += records
        if self._supervision is None:
            return
        for record in records if self.state is State.CONTINUOUS_EXECUTION else ():
            self._supervision.part(record)
        for cause in self._supervision.take_causes():
            self._note("note" if cause.reaction == "note" else "fault", f"{cause.text}: {cause.reaction}")
            if cause.reaction == "stop":
                self._operation.hold(cause)
            elif cause.reaction == "error":
                self._operation.fail(cause.text, cause.advice)

    def _move(self) -> None:
        """Move to where the line can be now, or to Error for what a person must see."""
        engine = self._engine
        if engine is not None and engine.fatal:
            self._operation.fail(f"engine: {engine.fatal}")
        if self._linked and self._operation.inputs & plc_map.GATE_FAULT:
            self._operation.fail("the PLC reports a gate fault")
        obstacle = obstacle_of(self._linked, self._link.detail, engine, self._wanted)
        self._operation.follow(self._linked, engine is not None and engine.ready, obstacle)

    def _tell_change(self, now_ns: int) -> None:
        """The state changed: say so; whoever leaves production takes back what is in flight."""
        self._told = self.state
        if self._parts.executing and self.state is not State.CONTINUOUS_EXECUTION:
            self._parts.reject_all(self._why_no_verdict())
        self._parts.executing = self.state is State.CONTINUOUS_EXECUTION
        if self._parts.executing and self._supervision:
            self._supervision.restart()
        trouble = self._operation.trouble.text if self.state in {State.ERROR, State.READY} else ""
        detail = f": {trouble}" if trouble else ""
        self._note("state", f"{self.state.name}{detail}")
        self._tell_status(now_ns)

    def _lose_engine(self, text: str) -> None:
        if self._engine is None:
            return
        self._engine = None
        self._note("fault", text)
        self._parts.reject_all(Reason.ENGINE_GONE)

    @property
    def _wanted(self) -> int:
        """Recipe id that the PLC asks for, 0 = any."""
        return self._newest.wanted if self._newest else 0

    def _why_no_verdict(self) -> Reason:
        """The reason of a part that has no verdict now."""
        if self._engine is None:
            return Reason.ENGINE_GONE
        if self._engine.camera is Health.FAILURE:
            return Reason.NO_IMAGE
        return Reason.LATE if self.state is State.CONTINUOUS_EXECUTION else Reason.NOT_PRODUCING

    def _tell_status(self, now_ns: int) -> None:
        self._status_due_ns = now_ns + _STATUS_EVERY_NS
        counters = replace(
            self._parts.counters,
            mismatches=self._tracker.mismatches,
            exchanges=self._link.exchanges,
            link_errors=self._link.errors,
        )
        status = line_status(
            self._operation,
            self._engine,
            self._recorder,
            plc_detail=self._link.detail,
            counters=counters,
            series=self._parts.series,
            realtime=self._realtime,
        )
        found = conditions(status, self.stop_cause, other_recipe(self._engine, self._wanted))
        self._alarms.watch(found, now_ns, self._wall())
        for text in self._alarms.take_events():
            self._note("alarm", text)
        signals = self._board.signals(self._link, self._forced.held, now_ns)
        self._told_alarms = self._alarms.message()
        self._statuses += [status, signals, self._told_alarms]

    def _note(self, kind: str, text: str, user: str = "") -> None:
        self._events.append(Event("line", kind, text, self._wall(), user))

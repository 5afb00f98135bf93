"""The PLC link, sans-IO: which exchange comes next, what its answer means, when the link is up or lost.

    poll       FC 23   writes the header (ORDER .. GATE) and reads the whole status, each poll_ms
    verdicts   FC 16   slots of neighbouring parts in one request, between two polls

    handshake  ORDER_PROOF   poll; the PLC's ORDER constant must read right        (PLC -> station)
               READ_BACK     FC 3 of our own header; our ORDER must read right     (station -> PLC)
               FLUSH         FC 16, all slots empty: nothing stale can match a part number
               UP

One exchange at a time. After a failure nothing is sent for quiet_ms: a slave that lost a byte swallows what comes at
once. No good answer for heartbeat_limit_ms, or a PLC heartbeat that stands still as long: the link is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import PlcError, PlcFrameError, PlcTimeoutError
from station.line import modbus

_MS = 1_000_000
_SWAPPED = 0x3412
_NO_PORT = "the serial port is not open"


class Phase(Enum):
    """Where the handshake stands."""

    ORDER_PROOF = "order proof"
    READ_BACK = "read back"
    FLUSH = "flush"
    UP = "up"


@dataclass(frozen=True, slots=True)
class PlcStatus:
    """One answered poll."""

    sent_ns: int
    answer_ns: int
    boot: int
    count: int
    heartbeat: int
    ack_part: int
    ack_mask: int
    inputs: int
    encoder: int = 0
    confirmed: int = 0
    wanted: int = 0

    def accepts(self, part: int) -> bool:
        """The PLC says that it took the verdict of `part`."""
        back = self.ack_part - part
        return 0 <= back < 16 and bool(self.ack_mask >> back & 1)


@dataclass(frozen=True, slots=True)
class Written:
    """The PLC took these slots into its registers."""

    slots: tuple[plc_map.Slot, ...]
    answer_ns: int


@dataclass(slots=True)
class _Pending:
    exchange: modbus.Exchange
    sent_ns: int
    slots: tuple[plc_map.Slot, ...] = ()
    state_word: int = -1  # what a poll tells the PLC; -1: this is no poll

    @property
    def is_poll(self) -> bool:
        return self.state_word >= 0


class PlcLink:
    """One serial link; the controller sets `state_word`, `recipe_id` and `alive` and reads the rest."""

    def __init__(self, line: LineSection) -> None:
        self._line = line
        character_ns = 11 * 1_000_000_000 // line.baud
        self._gap_ns = max(1_750_000, 7 * character_ns // 2)  # t3.5 between two frames; 1.75 ms above 19200 baud
        self._phase = Phase.ORDER_PROOF
        self._port_open = False
        self._pending: _Pending | None = None
        self._last_was_poll = False
        self._quiet_until_ns = 0
        self._poll_due_ns = 0
        self._good_ns = 0  # last good answer
        self._beat = -1  # the PLC's heartbeat, and when it last changed
        self._beat_ns = 0
        self.heartbeat = 0
        self.state_word = 0
        self.recipe_id = 0
        self.request = 0  # REQUEST bits
        self.gate = 0  # GATE word
        self.alive = False  # inspection lives: the heartbeat to the PLC may advance
        self.detail = _NO_PORT
        self.told_word = -1  # the newest state word that the PLC has for sure
        self.exchanges = 0
        self.errors = 0

    @property
    def up(self) -> bool:
        """Handshake done and answers come in time."""
        return self._phase is Phase.UP

    @property
    def slots_on_wire(self) -> tuple[plc_map.Slot, ...]:
        """Verdicts in the request that was sent last and is not answered yet."""
        return self._pending.slots if self._pending else ()

    def port_opened(self, now_ns: int) -> None:
        """The handshake may begin."""
        self._port_open = True
        self._restart(now_ns, "handshake with the PLC")
        self._quiet_until_ns = now_ns

    def port_lost(self, error: PlcError, now_ns: int) -> None:
        """No port, no link."""
        self._port_open = False
        self._restart(now_ns, str(error))

    def restart(self, now_ns: int, why: str) -> None:
        """Begin with the handshake again (the PLC restarted)."""
        self._restart(now_ns, why)

    def transmit(self, now_ns: int, due: Sequence[plc_map.Slot]) -> bytes | None:
        """The next request, to be sent at once; None = nothing now. `due` are verdicts to write, by part number."""
        if not self._port_open or self._pending or now_ns < self._quiet_until_ns:
            return None
        self._pending = self._next(now_ns, due)
        if self._pending is None:
            return None
        self._last_was_poll = self._pending.is_poll
        return self._pending.exchange.request

    def receive(self, data: bytes, now_ns: int) -> PlcStatus | Written | None:
        """Bytes from the PLC; returns what a completed exchange says, if it says anything."""
        pending = self._pending
        if pending is None:
            # Noise, or an answer that came too late: the line must be silent again before we speak.
            self._quiet_until_ns = max(self._quiet_until_ns, now_ns + self._gap_ns)
            return None
        try:
            words = pending.exchange.feed(data)
            if words is None:
                return None
            result = self._understand(pending, words, now_ns)
        except PlcFrameError as error:
            self._failed(error, now_ns)
            return None
        self._pending = None
        self._quiet_until_ns = now_ns + self._gap_ns
        self._good_ns = now_ns
        self.exchanges += 1
        return result

    def tick(self, now_ns: int) -> None:
        """Time passes: an answer that did not come, a link that is lost."""
        if self._pending and now_ns >= self._pending.sent_ns + self._line.response_ms * _MS:
            self._failed(PlcTimeoutError(f"{self._line.port}: no answer within {self._line.response_ms} ms"), now_ns)
        if not self.up:
            return
        limit_ns = self._line.heartbeat_limit_ms * _MS
        if now_ns - self._good_ns > limit_ns:
            self._restart(now_ns, f"no good answer for {self._line.heartbeat_limit_ms} ms; last: {self.detail}")
        elif self._good_ns - self._beat_ns > limit_ns:
            self._restart(now_ns, "the PLC answers but its program stands still (its heartbeat does not change)")

    def wake_ns(self, anything_due: bool) -> int:
        """When `tick` or `transmit` has something to do."""
        if not self._port_open:
            return 1 << 62
        if self._pending:
            return self._pending.sent_ns + self._line.response_ms * _MS
        if self._phase in {Phase.READ_BACK, Phase.FLUSH} or (anything_due and self.up):
            return self._quiet_until_ns
        return max(self._quiet_until_ns, self._poll_due_ns)

    def _next(self, now_ns: int, due: Sequence[plc_map.Slot]) -> _Pending | None:
        unit = self._line.unit
        if self._phase is Phase.READ_BACK:
            return _Pending(modbus.read_holding(unit, plc_map.CONTROL_BASE, plc_map.CONTROL_SIZE), now_ns)
        if self._phase is Phase.FLUSH:
            empty = [0] * (plc_map.SLOTS * plc_map.SLOT_SIZE)
            return _Pending(modbus.write_many(unit, plc_map.SLOT_BASE, empty), now_ns)
        poll_due = now_ns >= self._poll_due_ns
        if self.up and due and (self._last_was_poll or not poll_due):
            slots = _neighbours(due)
            words = [register for part, word in slots for register in plc_map.slot_words(part, word)]
            exchange = modbus.write_many(unit, plc_map.slot_register(slots[0][0]), words)
            return _Pending(exchange, now_ns, slots)
        return self._poll(now_ns) if poll_due else None

    def _poll(self, now_ns: int) -> _Pending:
        self._poll_due_ns = now_ns + self._line.poll_ms * _MS
        if self.alive:
            self.heartbeat = (self.heartbeat + 1) & 0xFFFF
        recipe = plc_map.split32(self.recipe_id)
        header = [plc_map.BYTE_ORDER, self.heartbeat, self.state_word, *recipe, self.request, self.gate]
        exchange = modbus.read_write(
            self._line.unit, plc_map.STATUS_BASE, plc_map.STATUS_SIZE, plc_map.CONTROL_BASE, header
        )
        return _Pending(exchange, now_ns, state_word=self.state_word)

    def _understand(self, pending: _Pending, words: tuple[int, ...], now_ns: int) -> PlcStatus | Written | None:
        if pending.is_poll:
            self.told_word = pending.state_word
            _prove_order(words[plc_map.ORDER], "reads")
            if self._phase is Phase.ORDER_PROOF:
                self._phase = Phase.READ_BACK
                return None
            return self._status(pending, words, now_ns)
        if self._phase is Phase.READ_BACK:
            _prove_order(words[0], "writes")
            self._phase = Phase.FLUSH
        elif self._phase is Phase.FLUSH:
            self._phase = Phase.UP
            self._beat_ns = now_ns
            self._poll_due_ns = now_ns
            self.detail = "linked"
        else:
            return Written(pending.slots, now_ns)
        return None

    def _status(self, pending: _Pending, words: tuple[int, ...], now_ns: int) -> PlcStatus:
        beat = words[plc_map.HEARTBEAT]
        if beat != self._beat:
            self._beat, self._beat_ns = beat, now_ns
        self.detail = "linked"
        return PlcStatus(
            pending.sent_ns,
            now_ns,
            words[plc_map.BOOT],
            plc_map.join32(words[plc_map.COUNT], words[plc_map.COUNT + 1]),
            beat,
            plc_map.join32(words[plc_map.ACK_PART], words[plc_map.ACK_PART + 1]),
            words[plc_map.ACK_MASK],
            words[plc_map.INPUTS],
            plc_map.join32(words[plc_map.ENCODER], words[plc_map.ENCODER + 1]),
            plc_map.join32(words[plc_map.CONFIRMED], words[plc_map.CONFIRMED + 1]),
            plc_map.join32(words[plc_map.WANTED], words[plc_map.WANTED + 1]),
        )

    def _failed(self, error: PlcError, now_ns: int) -> None:
        self._pending = None
        self._quiet_until_ns = now_ns + self._line.quiet_ms * _MS
        self.errors += 1
        self.detail = str(error)
        if not self.up:
            self._phase = Phase.ORDER_PROOF
        elif isinstance(error, _OrderError):
            self._restart(now_ns, str(error))

    def _restart(self, now_ns: int, why: str) -> None:
        self._phase = Phase.ORDER_PROOF
        self._pending = None
        self._quiet_until_ns = max(self._quiet_until_ns, now_ns + self._line.quiet_ms * _MS)
        self._poll_due_ns = now_ns
        self.detail = why


class _OrderError(PlcFrameError):
    """The ORDER constant does not read right."""


def _prove_order(word: int, verb: str) -> None:
    if word == plc_map.BYTE_ORDER:
        return
    if word == _SWAPPED:
        raise _OrderError(f"the PLC {verb} its registers with swapped bytes; switch byte order in its Modbus settings")
    raise _OrderError(
        f"register ORDER is 0x{word:04X}, not 0x{plc_map.BYTE_ORDER:04X}: another register map or PLC program"
    )


def _neighbours(due: Sequence[plc_map.Slot]) -> tuple[plc_map.Slot, ...]:
    """The first verdicts of `due` whose slots stand side by side: one write. The ring's end breaks the row."""
    row = [due[0]]
    for part, word in due[1:]:
        if part != row[-1][0] + 1 or part % plc_map.SLOTS == 0:
            break
        row.append((part, word))
    return tuple(row)

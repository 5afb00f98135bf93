"""The PLC link, sans-IO: which exchange comes next, what its answer means, when the link is up or lost.

    poll       writes the header (ORDER .. GATE) and reads the whole status, each poll_ms
    verdicts   slots of neighbouring parts in one exchange, between two polls

    handshake  ORDER_PROOF   poll; the PLC's ORDER constant must read right        (PLC -> station)
               READ_BACK     our own header must come back word for word           (station -> PLC)
               FLUSH         all slots are written empty: nothing stale can match a part number
               UP

The dialect (`station.line.dialect`) makes each of these a row of exchanges; they go one at a time. After a failure
nothing is sent for quiet_ms: a slave that lost a byte swallows what comes at once. No good answer for
heartbeat_limit_ms, or a PLC heartbeat that stands still as long: the link is lost.

A status that does not simply follow the last one (another boot id, a count that falls or leaps, other inputs, another
wanted recipe) is believed when a second poll says the same: the checksums of some dialects are weak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from station.core import plc_map
from station.core.config import LineSection
from station.core.errors import PlcError, PlcFrameError, PlcTimeoutError
from station.line.dialect import Exchange
from station.line.dialects import dialect_of

_MS = 1_000_000
_SWAPPED = 0x3412
_LEAP = 1  # parts between two polls that need no second look
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
    row: tuple[Exchange, ...]
    slots: tuple[plc_map.Slot, ...] = ()
    header: tuple[int, ...] = ()  # what a poll tells the PLC; empty: this is no poll
    done: int = 0  # exchanges of the row that are answered
    sent_ns: int | None = None  # when the one on the wire was sent; None: the next one has not been sent
    words: list[int] = field(default_factory=list)

    @property
    def current(self) -> Exchange:
        return self.row[self.done]


class PlcLink:
    """One serial link; the controller sets `state_word`, `recipe_id` and `alive` and reads the rest."""

    def __init__(self, line: LineSection) -> None:
        """Raises ConfigError when response_ms is too short for the baud rate."""
        self._line = line
        self._dialect = dialect_of(line)
        self._phase = Phase.ORDER_PROOF
        self._port_open = False
        self._pending: _Pending | None = None
        self._last_was_poll = False
        self._header: tuple[int, ...] = ()  # as the PLC has it
        self._status: PlcStatus | None = None  # the last one believed
        self._unsure: PlcStatus | None = None  # read once; believed when the next one follows it
        self._quiet_until_ns = 0
        self._poll_due_ns = 0
        self._good_ns = 0  # last good answer
        self._beat = -1  # the PLC's heartbeat, and when it last changed
        self._beat_ns = 0
        self._living = False  # it has changed since the handshake
        self.program_ns = 0  # the PLC's program has surely run since then
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
        if not self._port_open or self._on_wire or now_ns < self._quiet_until_ns:
            return None
        if self._pending is None:
            self._pending = self._next(now_ns, due)
            if self._pending is None:
                return None
            self._last_was_poll = bool(self._pending.header)
        self._pending.sent_ns = now_ns
        return self._pending.current.request

    def receive(self, data: bytes, now_ns: int) -> PlcStatus | Written | None:
        """Bytes from the PLC; returns what a completed exchange says, if it says anything."""
        pending = self._pending
        if pending is None or pending.sent_ns is None:
            # Noise, or an answer that came too late: the line must be silent again before we speak.
            self._quiet_until_ns = max(self._quiet_until_ns, now_ns + self._dialect.gap_ns)
            return None
        result = None
        try:
            words = pending.current.feed(data)
            if words is None:
                return None
            pending.words += words
            if pending.current is pending.row[-1]:
                result = self._understand(pending, pending.sent_ns, now_ns)
                self._pending = None
        except PlcFrameError as error:
            self._failed(error, now_ns)
            return None
        pending.done += 1
        pending.sent_ns = None
        self._quiet_until_ns = now_ns + self._dialect.gap_ns
        self._good_ns = now_ns
        self.exchanges += 1
        return result

    def tick(self, now_ns: int) -> None:
        """Time passes: an answer that did not come, a link that is lost."""
        if self._on_wire and now_ns >= self._answer_due_ns:
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
        if self._on_wire:
            return self._answer_due_ns
        if self._pending or self._phase in {Phase.READ_BACK, Phase.FLUSH} or (anything_due and self.up):
            return self._quiet_until_ns
        return max(self._quiet_until_ns, self._poll_due_ns)

    @property
    def _on_wire(self) -> bool:
        return self._pending is not None and self._pending.sent_ns is not None

    @property
    def _answer_due_ns(self) -> int:
        sent_ns = self._pending.sent_ns if self._pending else None
        return (sent_ns or 0) + self._line.response_ms * _MS

    def _next(self, now_ns: int, due: Sequence[plc_map.Slot]) -> _Pending | None:
        if self._phase is Phase.READ_BACK:
            return _Pending(self._dialect.read(plc_map.CONTROL_BASE, plc_map.CONTROL_SIZE))
        if self._phase is Phase.FLUSH:
            empty = [0] * (plc_map.SLOTS * plc_map.SLOT_SIZE)
            return _Pending(self._dialect.write(plc_map.SLOT_BASE, empty))
        poll_due = now_ns >= self._poll_due_ns
        if self.up and due and (self._last_was_poll or not poll_due):
            slots = _neighbours(due, self._dialect.most // plc_map.SLOT_SIZE)
            words = [register for part, word in slots for register in plc_map.slot_words(part, word)]
            return _Pending(self._dialect.write(plc_map.slot_register(slots[0][0]), words), slots)
        return self._poll(now_ns) if poll_due else None

    def _poll(self, now_ns: int) -> _Pending:
        self._poll_due_ns = now_ns + self._line.poll_ms * _MS
        if self.alive:
            self.heartbeat = (self.heartbeat + 1) & 0xFFFF
        recipe = plc_map.split32(self.recipe_id)
        header = (plc_map.BYTE_ORDER, self.heartbeat, self.state_word, *recipe, self.request, self.gate)
        return _Pending(self._dialect.poll(header), header=header)

    def _understand(self, pending: _Pending, sent_ns: int, now_ns: int) -> PlcStatus | Written | None:
        words = pending.words
        if pending.header:
            self._header = pending.header
            self.told_word = pending.header[plc_map.CONTROL_STATE - plc_map.CONTROL_BASE]
            _prove_order(words, "reads")
            status = _status_of(words, sent_ns, now_ns)
            if self._phase is Phase.ORDER_PROOF:
                self._phase, self._unsure = Phase.READ_BACK, status
                return None
            return self._believed(status, now_ns)
        if self._phase is Phase.READ_BACK:
            _prove_order(words, "writes")
            if tuple(words) != self._header:
                raise _OrderError(
                    "the PLC does not hold the header as it was written: another register map or PLC program"
                )
            self._phase = Phase.FLUSH
            if self._line.tracking != "plc":  # a remote I/O has no slots
                self._come_up(now_ns)
        elif self._phase is Phase.FLUSH:
            self._come_up(now_ns)
        else:
            return Written(pending.slots, now_ns)
        return None

    def _come_up(self, now_ns: int) -> None:
        self._phase = Phase.UP
        self._beat, self._beat_ns, self._living = -1, now_ns, False
        self._poll_due_ns = now_ns
        self.detail = "linked"

    def _believed(self, status: PlcStatus, now_ns: int) -> PlcStatus | None:
        """The status, if it follows the last one or repeats what was read once; else it is asked for again.

        The first one after a handshake counts only when the PLC's heartbeat has changed: its program runs.
        """
        usual = self._status is not None and _follows(self._status, status, _LEAP)
        if not usual and not (self._unsure and _follows(self._unsure, status, plc_map.SLOTS)):
            self._unsure = status
            self._poll_due_ns = now_ns
            return None
        before, self._status, self._unsure = self._status, status, None
        if status.heartbeat != self._beat:
            if before is not None and self._beat >= 0:
                self._living, self.program_ns = True, before.sent_ns
            self._beat, self._beat_ns = status.heartbeat, now_ns
        self.detail = "linked"
        return status if self._living else None

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
        self._status = self._unsure = None
        self.detail = why


class _OrderError(PlcFrameError):
    """The ORDER constant does not read right."""


def _status_of(words: Sequence[int], sent_ns: int, now_ns: int) -> PlcStatus:
    def long(at: int) -> int:
        return plc_map.join32(words[at], words[at + 1])

    return PlcStatus(
        sent_ns,
        now_ns,
        words[plc_map.BOOT],
        long(plc_map.COUNT),
        words[plc_map.HEARTBEAT],
        long(plc_map.ACK_PART),
        words[plc_map.ACK_MASK],
        words[plc_map.INPUTS],
        long(plc_map.ENCODER),
        long(plc_map.CONFIRMED),
        long(plc_map.WANTED),
    )


def _follows(old: PlcStatus, new: PlcStatus, most: int) -> bool:
    """Nothing but time has passed, and at most so many parts."""
    same = (old.boot, old.inputs, old.wanted) == (new.boot, new.inputs, new.wanted)
    return same and (new.count - old.count) & 0xFFFFFFFF <= most


def _prove_order(words: Sequence[int], verb: str) -> None:
    first = words[0]
    if first == plc_map.BYTE_ORDER:
        return
    if first == _SWAPPED:
        raise _OrderError(f"the PLC {verb} its registers with swapped bytes; switch the byte order in its settings")
    if plc_map.BYTE_ORDER in words:
        raise _OrderError(f"the PLC {verb} its registers with swapped words; switch the word order in its settings")
    raise _OrderError(
        f"register ORDER is 0x{first:04X}, not 0x{plc_map.BYTE_ORDER:04X}: another register map or PLC program"
    )


def _neighbours(due: Sequence[plc_map.Slot], most: int) -> tuple[plc_map.Slot, ...]:
    """The first verdicts of `due` whose slots stand side by side: one write. The ring's end breaks the row."""
    row = [due[0]]
    for part, word in due[1:most]:
        if part != row[-1][0] + 1 or part % plc_map.SLOTS == 0:
            break
        row.append((part, word))
    return tuple(row)

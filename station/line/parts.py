"""Parts in flight: counted by the PLC and not yet closed. Each leaves exactly one record, and a PASS must be earned.

counted -> decided (engine's verdict, or NOT_INSPECTED at the deadline) -> written -> acknowledged -> record
                                                           repeated until acknowledged, or closed without
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from station.core import plc_map
from station.core.config import LineSection
from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import Counters, PartRecord, PartVerdict
from station.core.plc_map import Slot, Word
from station.line.link import PlcStatus, Written
from station.line.series import Series

MAX_IN_FLIGHT = 8  # written and not acknowledged
_MS = 1_000_000
_NO_LEDGER = Ledger()
_RECORDS_AT_ONCE = 256


@dataclass(slots=True)
class Part:
    """One part between photo-eye and record."""

    boot: int
    number: int
    seen_ns: int  # its count was first read
    deadline_ns: int
    series: Series
    answer: PartVerdict | None = None
    received_ns: int = 0
    verdict: Verdict | None = None
    reason: Reason = Reason.LATE
    sent: Word | None = None  # newest word that went onto the wire
    written: Word | None = None  # newest word that the PLC's registers hold for sure
    written_ns: int = 0

    @property
    def word(self) -> Word | None:
        """What the PLC must be told; None while there is no verdict."""
        return None if self.verdict is None else plc_map.word_of(self.verdict, self.reason)


class PartsInFlight:
    """All open parts by number. The controller sets `executing` and `series`; records wait in it until taken."""

    def __init__(self, line: LineSection, wall: Callable[[], float]) -> None:
        self._line = line
        self._wall = wall
        self._grace_ns = line.heartbeat_limit_ms * _MS  # after the deadline, for the acknowledgement
        self._open: dict[int, Part] = {}
        self._missed: deque[tuple[int, int, int, Reason]] = deque()  # boot, first, last, reason
        self._records: deque[PartRecord] = deque()
        self._newest = 0
        self._by_place = line.tracking != "plc"  # the gate is ours: a part stays open until it has gone through
        self.executing = False
        self.series = Series()  # of the parts that are counted from now on
        self.counters = Counters()

    def __len__(self) -> int:
        return len(self._open)

    def count(self, boot: int, number: int, earliest_edge_ns: int, seen_ns: int) -> None:
        """The PLC counted part `number`; its edge came after `earliest_edge_ns`."""
        self._newest = number
        deadline_ns = earliest_edge_ns + self._line.deadline_ms * _MS
        self._open[number] = Part(boot, number, seen_ns, deadline_ns, self.series)

    def miss(self, boot: int, first: int, last: int, reason: Reason) -> None:
        """Parts first..last were counted while nobody looked: the PLC rejects them by itself, they get records."""
        if first <= last:
            self._missed.append((boot, first, last, reason))

    def decide(self, number: int, answer: PartVerdict, received_ns: int, now_ns: int) -> None:
        """The engine's verdict for `number`; ignored when the part is decided or closed already."""
        part = self._open.get(number)
        if part is None or part.verdict is not None:
            return
        part.answer, part.received_ns = answer, received_ns
        part.verdict, part.reason = self._earned(part, answer, now_ns)

    def reject(self, number: int, reason: Reason) -> None:
        """No verdict can be had for `number`."""
        part = self._open.get(number)
        if part is not None and part.verdict is None:
            part.verdict, part.reason = Verdict.NOT_INSPECTED, reason

    def earned(self, number: int) -> bool:
        """True for a part in flight that may pass, as things stand."""
        return self.executing and number in self._open and self._open[number].word is Word.PASS

    def told(self, numbers: Iterable[int], gate: int) -> tuple[Slot, ...]:
        """What a GATE word means for the parts that are at the gate now."""
        at_gate = (self._open[number] for number in numbers if number in self._open)
        words = ((part.number, part.word) for part in at_gate)
        return tuple((number, word) for number, word in words if word and (word is not Word.PASS or gate == Word.PASS))

    def take_back(self, number: int, reason: Reason) -> None:
        """What `number` had earned does not hold."""
        if self.earned(number):
            part = self._open[number]
            part.verdict, part.reason, part.written = Verdict.NOT_INSPECTED, reason, None

    def finish(self, number: int) -> None:
        """`number` has gone through the gate."""
        part = self._open.get(number)
        if part is None:
            return
        if part.written is part.word:
            self._close(part, part.written_ns)
        else:
            self._give_up(part)

    def reject_all(self, reason: Reason) -> None:
        """Nothing in flight can be trusted any more; what was decided is taken back."""
        for part in self._open.values():
            if part.verdict is not Verdict.NOT_INSPECTED:
                part.verdict, part.reason, part.written = Verdict.NOT_INSPECTED, reason, None

    def close_all(self, reason: Reason, now_ns: int) -> None:
        """The PLC can no longer be told: close everything."""
        for part in list(self._open.values()):
            if part.verdict is not Verdict.NOT_INSPECTED:
                part.reason = reason
            self._close(part, 0)

    def due(self, now_ns: int) -> list[Slot]:
        """Words to write now, by part number: new ones, and repeats of what the PLC did not acknowledge."""
        if self._by_place:
            return []
        repeat_ns = now_ns - self._line.quiet_ms * _MS
        room = MAX_IN_FLIGHT - sum(part.sent is not None for part in self._open.values())
        due: list[Slot] = []
        for part in self._open.values():
            if (word := part.word) is None or (part.sent is None and room <= 0):
                continue
            room -= part.sent is None
            if part.written is not word or part.written_ns <= repeat_ns:
                due.append((part.number, word))
        return due

    def sent(self, slots: tuple[Slot, ...]) -> None:
        """These words go onto the wire now."""
        for number, word in slots:
            self._open[number].sent = word

    def written(self, written: Written) -> None:
        """The PLC's registers hold these words."""
        for number, word in written.slots:
            part = self._open.get(number)
            if part is not None and part.word is word and (part.written is not word or not self._by_place):
                part.written, part.written_ns = word, written.answer_ns

    def acknowledge(self, status: PlcStatus) -> None:
        """Close the parts whose newest verdict the PLC says it took; only a poll after the write counts."""
        for part in list(self._open.values()):
            newest = part.written is not None and part.written is part.word
            if newest and status.sent_ns >= part.written_ns and status.accepts(part.number):
                self._close(part, status.answer_ns)

    def expire(self, now_ns: int, reason: Reason) -> None:
        """Deadlines: a part without a verdict becomes NOT_INSPECTED for `reason`, an unwritten verdict is too late."""
        for part in list(self._open.values()):
            if now_ns >= part.deadline_ns:
                if part.verdict is None:
                    part.verdict, part.reason = Verdict.NOT_INSPECTED, reason
                elif self._unwritten(part):
                    part.verdict, part.reason = Verdict.NOT_INSPECTED, Reason.LATE
            if self._by_place:
                continue
            slot_taken = part.number <= self._newest - plc_map.SLOTS
            if slot_taken or now_ns >= part.deadline_ns + self._grace_ns:
                self._give_up(part)

    def next_ns(self) -> int:
        """When `expire` has something to do; far away if nothing is open. Repeats go with the polls."""
        return min((self._next_of(part) for part in self._open.values()), default=1 << 62)

    def stray(self, answer: PartVerdict, received_ns: int) -> None:
        """A frame of a part that no PLC counted gets a record of its own."""
        key = f"cam-{answer.frame.session:08x}-{answer.frame.trigger}"
        ledger = replace(answer.ledger, received_ns=received_ns)
        self._record(key, Part(0, 0, 0, 0, self.series, answer, reason=Reason.NO_COUNT), Verdict.NOT_INSPECTED, ledger)

    def take_records(self) -> list[PartRecord]:
        """Records since the last call; of long rows of missed parts some hundred at once."""
        while self._missed and len(self._records) < _RECORDS_AT_ONCE:
            boot, first, last, reason = self._missed.popleft()
            part = Part(boot, first, 0, 0, self.series, reason=reason)
            self._record(_key(boot, first), part, Verdict.NOT_INSPECTED, _NO_LEDGER)
            if first < last:
                self._missed.appendleft((boot, first + 1, last, reason))
        records = list(self._records)
        self._records.clear()
        return records

    @property
    def records_wait(self) -> bool:
        """True when `take_records` has something to give."""
        return bool(self._records or self._missed)

    def _earned(self, part: Part, answer: PartVerdict, now_ns: int) -> tuple[Verdict, Reason]:
        """The engine's verdict, if this part may have it."""
        if answer.verdict is not Verdict.PASS:
            return answer.verdict, answer.reason
        if not answer.score <= answer.limit:  # NaN too
            return Verdict.NOT_INSPECTED, Reason.NOT_FINITE
        if not self.executing:
            return Verdict.NOT_INSPECTED, Reason.NOT_PRODUCING
        if now_ns >= part.deadline_ns:
            return Verdict.NOT_INSPECTED, Reason.LATE
        return Verdict.PASS, answer.reason

    def _next_of(self, part: Part) -> int:
        if part.verdict is None:
            return part.deadline_ns
        if self._by_place:
            return 1 << 62
        return part.deadline_ns if self._unwritten(part) else part.deadline_ns + self._grace_ns

    def _unwritten(self, part: Part) -> bool:
        """A verdict that the PLC should hold by the deadline."""
        return not self._by_place and part.written is None and part.verdict is not Verdict.NOT_INSPECTED

    def _give_up(self, part: Part) -> None:
        if part.verdict is not None and part.verdict is not Verdict.NOT_INSPECTED:
            part.reason = Reason.NOT_ACKNOWLEDGED
        self._close(part, 0)

    def _close(self, part: Part, acknowledged_ns: int) -> None:
        """The record says what was sent to the PLC."""
        del self._open[part.number]
        verdict = part.sent.verdict if part.sent else Verdict.NOT_INSPECTED
        ledger = replace(
            part.answer.ledger if part.answer else _NO_LEDGER,
            trigger_ns=part.seen_ns,
            received_ns=part.received_ns,
            written_ns=part.written_ns,
            acknowledged_ns=acknowledged_ns,
            deadline_ns=part.deadline_ns,
        )
        self._record(_key(part.boot, part.number), part, verdict, ledger)

    def _record(self, key: str, part: Part, verdict: Verdict, ledger: Ledger) -> None:
        answer, count = part.answer, self.counters
        self._records.append(
            PartRecord(
                key=key,
                part=part.number,
                boot=part.boot,
                frame=answer.frame if answer else None,
                verdict=verdict,
                reason=part.reason,
                acknowledged=ledger.acknowledged_ns > 0,
                score=answer.score if answer else 0.0,
                limit=answer.limit if answer else 0.0,
                ledger=ledger,
                time=self._wall(),
                recipe=part.series.recipe,
                lot=part.series.lot,
                mode=part.series.mode,
            )
        )
        self.counters = replace(
            count,
            parts=count.parts + 1,
            passed=count.passed + (verdict is Verdict.PASS),
            rejected=count.rejected + (verdict is Verdict.REJECT),
            not_inspected=count.not_inspected + (verdict is Verdict.NOT_INSPECTED),
        )


def _key(boot: int, number: int) -> str:
    return f"{boot:04x}-{number}"

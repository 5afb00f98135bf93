"""Part identity: which frame shows which counted part. Sans-IO; the one place that must never be wrong by one part.

    part = trigger + offset        `offset` holds for one PLC start and one arming of the camera

A frame belongs to part n only if three things agree: the numbers (trigger + offset = n), the time (the exposure fits
the polls between which the PLC counted n) and uniqueness (it fits no other part). Where polls were lost an exposure may
fit two parts; then the frame waits until a later frame fits one part only and confirms the offset. A frame that
does not fit its part, or a frame without a count, is a mismatch: all in flight is NOT_INSPECTED and the offset is
sought anew: by three frames in a row that fit one part each with the same offset, or by one when no other part was
near (a late frame cannot be taken for another part's then).

What it stands on: an exposure is stamped later than its photo-eye edge by less than `pairing_ms`, and earlier by less
than a quarter of it (scan and input filter of the PLC). So a false trigger of the camera is told from a part's own only
when it comes more than that and one poll before the edge; one that comes closer shows this part, not the one before.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from station.core import plc_map
from station.core.config import LineSection
from station.core.domain import Reason, Verdict
from station.core.messages import Numbering, PartVerdict
from station.line.parts import PartsInFlight
from station.line.timeline import Fit, Poll, Timeline

_MS = 1_000_000
_ALONE_NS = 1_000_000_000  # no other part for so long: one frame is proof enough
_PATIENCE_NS = 1_000_000_000  # no frame waits longer for its polls
_MOST_WAITING = 1024  # frames, while the PLC link is down
_PROOF = 3  # frames in a row with the same offset
_MOST_MISSED = 100_000  # parts; above it the count is another machine's, not our gap
_NONE = Numbering(0, 0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An engine's answer and when it came."""

    answer: PartVerdict
    received_ns: int

    @property
    def trigger(self) -> int:
        """Number of the frame since the arming."""
        return self.answer.frame.trigger

    @property
    def exposed_ns(self) -> int:
        """The best time for the exposure; 0 = nobody knows when a lost frame was exposed."""
        ledger = self.answer.ledger
        if ledger.exposed_ns or self.answer.verdict is Verdict.NOT_INSPECTED:
            return ledger.exposed_ns
        return ledger.frame_ns or self.received_ns


class PartTracker:
    """Pairs counts with frames and hands verdicts to `parts`. `notes` are sentences for the journal."""

    def __init__(self, line: LineSection, parts: PartsInFlight, remembered: tuple[int, int] | None) -> None:
        self._parts = parts
        pairing_ns = line.pairing_ms * _MS
        self._timeline = Timeline(early_ns=pairing_ns // 4, late_ns=pairing_ns)
        self._boot, self._count = remembered or (0, 0)
        self._known = remembered is not None
        self._gap = Reason.LINE_RESTARTED
        self._last_poll: Poll | None = None
        self._doubted = -1  # an unlikely jump of the count, believed when the next poll says it too
        self._session = 0
        self._retired: deque[int] = deque(maxlen=16)
        self._last_trigger = 0
        self._waiting: deque[Arrival] = deque(maxlen=_MOST_WAITING)  # for the polls around their exposure
        self._held: list[Arrival] = []  # for a later frame that confirms the offset
        self._offset: int | None = None
        self._guess: int | None = None
        self._agreeing = 0
        self._old_offset: int | None = None  # of the same session, before the link was lost
        self._uncounted: list[Arrival] = []  # frames exposed while the PLC restarted
        self._counted_again = 0  # parts the new PLC start had counted with the newest of them
        self._old_count = 0
        self.mismatches = 0
        self.messages: list[Numbering] = []
        self.notes: list[str] = []

    @property
    def session(self) -> int:
        """The camera session the frames now come from, 0 = none."""
        return self._session

    @property
    def synchronised(self) -> bool:
        """True while part numbers are known."""
        return self._offset is not None

    @property
    def newest(self) -> tuple[int, int] | None:
        """(boot id, newest part counted); None before the first poll."""
        return (self._boot, self._count) if self._last_poll else None

    def restarted(self, boot: int, count: int) -> bool:
        """True when these are not the numbers of the PLC start that we follow."""
        return boot != self._boot or count < self._count

    def start(self, poll: Poll) -> None:
        """First poll after a handshake: whatever was counted meanwhile gets records."""
        same = self._known and not self.restarted(poll.boot, poll.count)
        if self._known:
            first = self._count + 1 if same else 1
            if poll.count - first < _MOST_MISSED:
                self._parts.miss(poll.boot, first, poll.count, self._gap)
            else:
                self.notes.append(
                    f"the PLC's count jumped from {self._count} to {poll.count}: no records for these parts"
                )
        if not same:
            self._old_count, self._counted_again = self._count, poll.count
        self._boot, self._count, self._known = poll.boot, poll.count, True
        self._gap = Reason.LINK_LOST
        self._last_poll = poll
        self._timeline.add(poll)
        self._settle(poll.answer_ns)

    def poll(self, poll: Poll) -> None:
        """The next poll of the same PLC start: parts it counted are now in flight."""
        assert self._last_poll is not None
        jump = poll.count - self._count
        if jump > plc_map.SLOTS and not self._doubted <= poll.count <= self._doubted + plc_map.SLOTS:
            self._doubted = poll.count
            return
        self._doubted = -1
        newest_first = poll.count - plc_map.SLOTS + 1
        if jump > plc_map.SLOTS:
            self._parts.miss(self._boot, self._count + 1, newest_first - 1, Reason.LINK_LOST)
        for number in range(max(self._count + 1, newest_first), poll.count + 1):
            self._parts.count(self._boot, number, self._last_poll.sent_ns, poll.answer_ns)
        self._count = poll.count
        self._last_poll = poll
        self._timeline.add(poll)
        self._settle(poll.answer_ns)

    def link_lost(self) -> None:
        """No polls for a while: the offset must be found again.

        A frame that waits though polls came after it waited for the PLC's program, which may have stood: whether its
        part was counted cannot be known any more, and a counted part has its record by its number.
        """
        unseen = [one for one in self._waiting if not one.exposed_ns or not self._timeline.ready_for(one.exposed_ns)]
        self._waiting = deque(unseen, maxlen=_MOST_WAITING)
        self._old_offset = self._offset if self._offset is not None else self._old_offset
        self._forget_offset()

    def session_started(self, session: int) -> None:
        """The camera was armed anew (or an engine came): its triggers count from 1 again."""
        if session in {0, self._session} or session in self._retired:
            return
        self._close_uncounted()
        self._retired.append(self._session)
        self._session, self._last_trigger = session, 0
        self._waiting.clear()
        self._old_offset = None
        self._forget_offset()

    def frame(self, answer: PartVerdict, now_ns: int) -> None:
        """The engine's answer for one frame; repeats, and frames of an arming that is over, change nothing."""
        self.session_started(answer.frame.session)
        if answer.frame.session != self._session or answer.frame.trigger <= self._last_trigger:
            return
        self._last_trigger = answer.frame.trigger
        self._waiting.append(Arrival(answer, now_ns))
        self._settle(now_ns)

    def tick(self, now_ns: int) -> None:
        """Time passes: no frame waits for ever while polls come."""
        polled_ns = self._last_poll.sent_ns if self._last_poll else 0
        while self._waiting and polled_ns - self._waiting[0].received_ns > _PATIENCE_NS:
            self._waiting.popleft()
        if self._uncounted and now_ns - self._uncounted[-1].received_ns > _PATIENCE_NS:
            self._close_uncounted()

    def _settle(self, now_ns: int) -> None:
        """Place the waiting frames, in order, as far as the polls reach."""
        while self._waiting:
            arrival = self._waiting[0]
            if arrival.exposed_ns:
                if not self._timeline.ready_for(arrival.exposed_ns):
                    return
                fit = self._timeline.fit(arrival.exposed_ns)
                sure = fit is None or not fit.empty or self._timeline.counted_nothing(arrival.exposed_ns)
                if sure is None:
                    return
                self._waiting.popleft()
                if sure:  # else its part may have been counted since, and has its record by its number
                    self._place(arrival, fit, now_ns)
            else:
                if self._offset is not None and arrival.trigger + self._offset > self._count:
                    return
                self._waiting.popleft()
                if self._offset is not None:
                    self._parts.decide(arrival.trigger + self._offset, arrival.answer, arrival.received_ns, now_ns)

    def _place(self, arrival: Arrival, fit: Fit | None, now_ns: int) -> None:
        if fit is None:
            self._note_uncounted(arrival)
            return
        self._close_uncounted()
        if self._offset is not None:
            part = arrival.trigger + self._offset
            if part in fit:
                self._held.append(arrival)
                if fit.only:
                    self._confirm(now_ns)
                return
            self._mismatch(arrival, part, fit)
        if fit.empty:
            self._guess = None
            self._parts.stray(arrival.answer, arrival.received_ns)
        elif fit.only:
            self._seek(arrival, fit, now_ns)

    def _seek(self, arrival: Arrival, fit: Fit, now_ns: int) -> None:
        """Not synchronised: collect frames that agree on one offset."""
        offset = fit.only - arrival.trigger
        if offset != self._guess:
            self._guess, self._agreeing = offset, 0
            self._held.clear()
        self._agreeing += 1
        self._held.append(arrival)
        if self._agreeing >= _PROOF or self._timeline.alone(arrival.exposed_ns, _ALONE_NS):
            self._offset = offset
            self.messages.append(Numbering(self._session, offset))
            self.notes.append(f"synchronised: part = frame {offset:+d}")
            self._confirm(now_ns)

    def _confirm(self, now_ns: int) -> None:
        """The newest frame proves the offset, so those held before it are certain too."""
        assert self._offset is not None
        for held in self._held:
            self._parts.decide(held.trigger + self._offset, held.answer, held.received_ns, now_ns)
        self._held.clear()

    def _mismatch(self, arrival: Arrival, part: int, fit: Fit) -> None:
        self.mismatches += 1
        counted = "nothing" if fit.empty else f"part {fit.first}" if fit.only else f"parts {fit.first}..{fit.last}"
        self.notes.append(
            f"counts differ: frame {arrival.trigger} should be part {part}, but the PLC counted {counted} then "
            f"(PLC count {self._count}, newest frame {self._last_trigger}); all in flight rejected"
        )
        self._parts.reject_all(Reason.COUNT_MISMATCH)
        self._forget_offset()

    def _forget_offset(self) -> None:
        if self._offset is not None:
            self.messages.append(_NONE)
        self._offset, self._guess, self._agreeing = None, None, 0
        self._held.clear()

    def _note_uncounted(self, arrival: Arrival) -> None:
        """Exposed during a PLC restart: the old start counted it, the new one did, or nobody."""
        if not self._timeline.between_boots(arrival.exposed_ns):
            return
        if self._old_offset is None or arrival.trigger + self._old_offset > self._old_count:
            self._uncounted.append(arrival)
            self._counted_again = max(self._counted_again, self._timeline.counted_by(arrival.exposed_ns))

    def _close_uncounted(self) -> None:
        """The newest frames of a PLC restart are the parts the new start had counted already; the others have none."""
        nobody = len(self._uncounted) - self._counted_again
        for arrival in self._uncounted[: max(0, nobody)]:
            self._parts.stray(arrival.answer, arrival.received_ns)
        self._uncounted.clear()
